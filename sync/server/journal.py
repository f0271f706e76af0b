"""The server's log: one JSON line per request on stderr, with ids and never a value or a code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPMethod
from typing import Any

Write = Callable[[str], Any]
METHODS = frozenset(HTTPMethod)


def to_stderr(line: str) -> None:
    """Where lines go in service."""
    print(line, file=sys.stderr, flush=True)


class Journal:
    """Writes down what was asked and how it went."""

    def __init__(self, write: Write = to_stderr) -> None:
        self._write = write

    def request(self, method: str, route: str, status: int, ms: float, device: str | None) -> None:
        """One request: its route as declared, never the address as sent; nor a method that nobody declared."""
        self._line(
            method=method if method in METHODS else "-",
            route=route,
            status=status,
            ms=round(ms, 1),
            device=device,
        )

    def trouble(self, error: Exception) -> None:
        """What keeps the database from working, in its operator's sentence: our own words, so no value is in it."""
        self._line(trouble=type(error).__name__, says=str(error))

    def fault(self, error: BaseException) -> None:
        """A fault of our own: its type and place. Its message may hold a value, so it is not written."""
        trace, place = error.__traceback__, ""
        while trace is not None:
            place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
            trace = trace.tb_next
        self._line(fault=type(error).__name__, place=place)

    def _line(self, **said: Any) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._write(json.dumps({"at": at, **{k: v for k, v in said.items() if v is not None}}))
