"""What a pull did, type by type, for the operator and for `--json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sync.fhir.reading import Fault
from sync.server.pull.address import shown
from sync.server.pull.intake import Taken


@dataclass
class Line:
    """One type: resources that came, documents that were made of them, entries that did not go in."""

    pulled: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    def add(self, pulled: int, taken: Taken) -> None:
        """Some more came in."""
        self.pulled += pulled
        self.new += taken.new
        self.changed += taken.changed
        self.unchanged += taken.unchanged


@dataclass
class Search:
    """One search: how many pages came, whether its end was reached, and up to when (the server's time) all is in."""

    pages: int = 0
    done: bool = False
    until: str | None = None

    def end(self, until_ms: int | None) -> None:
        """Its end was reached."""
        self.done = True
        if until_ms is not None:
            self.until = datetime.fromtimestamp(until_ms / 1000, UTC).isoformat(timespec="seconds")


@dataclass
class Report:
    """A run over one server."""

    server: str
    patient: str | None = None
    types: dict[str, Line] = field(default_factory=dict)
    searches: dict[str, Search] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    interrupted: bool = False
    seconds: float = 0.0

    def line(self, type: str) -> Line:
        """The line of this type."""
        return self.types.setdefault(type, Line())

    def faults(self, search: str, url: str, faults: Sequence[Fault]) -> None:
        """What did not go in, or what the server had to say: page, entry and reason."""
        for one in faults:
            self.errors.append(
                {"search": search, "url": shown(url), "where": one.where, "reason": one.reason}
            )

    def refuse(self, search: str, url: str, faults: Sequence[Fault]) -> None:
        """Entries that did not go in."""
        if faults:
            self.line(search).refused += len(faults)
            self.faults(search, url, faults)

    def came(self) -> int:
        """How many pages came."""
        return sum(one.pages for one in self.searches.values())

    def whole(self) -> bool:
        """True when every search came to its end."""
        return not self.interrupted and all(one.done for one in self.searches.values())

    def json(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)

    def words(self) -> Iterator[str]:
        """The report for people: a line for each type, then the rest."""
        for type, line in self.types.items():
            yield f"{type:<26} " + ", ".join(f"{count} {name}" for name, count in vars(line).items())
        left = [name for name, one in self.searches.items() if not one.done]
        if left:
            yield f"Not finished: {', '.join(left)}. Run this again: it goes on where it was cut."
        if self.left_out:
            yield f"Left out, unless named with --type: {', '.join(self.left_out)}."
        yield f"{len(self.errors)} errors in {self.seconds:.1f} s"
