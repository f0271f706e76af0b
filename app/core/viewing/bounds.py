"""How much work a file may cause. Parsers are pure Python: the calls they make are counted, and one too many refused.

A count gives the same answer on every device, which a clock would not; and a thread cannot be stopped from outside.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

STEPS = 10_000_000
LOOK = 4096
Stop = Callable[[], bool]


class TooMuch(BaseException):
    """This file needs more work than it is given. No `except Exception` of a parser swallows this."""


class Stopped(BaseException):
    """Nobody waits for this any more."""


@contextlib.contextmanager
def bounded(steps: int = STEPS, stop: Stop | None = None) -> Iterator[None]:
    """Let what runs in this thread make so many calls; then raise TooMuch inside it, or Stopped once `stop` says so."""
    left, before = steps, sys.getprofile()

    def count(_frame: FrameType, _event: str, _arg: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise TooMuch
        if stop and not left % LOOK and stop():
            raise Stopped

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
