"""What the thin line under each title says of the connection, and what long work is under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sync.protocol.errors import (
    Erased,
    NotTheClinic,
    Offline,
    Revoked,
    SyncError,
    TooNew,
    TooOld,
    Unauthorised,
    Unwell,
)

Word = Literal[
    "up-to-date", "working", "stopped", "paused", "offline", "unwell", "stranger", "sign-in", "ended", "too-old",
    "too-new", "full", "trouble",
]  # fmt: skip
"""`stranger`: something else answered. `stopped`: the person stopped long work. `trouble`: a fault on this device."""


@dataclass(frozen=True)
class Work:
    """Long work: how many of how many, of files in bytes; `total` None while nobody knows it yet."""

    what: Literal["getting", "sending", "getting_files", "sending_files"]
    done: int
    total: int | None = None

    @property
    def share(self) -> float | None:
        """How much of it is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else None


@dataclass
class Link:
    """The word for the connection, since when it is true, the work under way; and who wants to hear it."""

    word: Word = "paused"
    at: datetime | None = None
    work: Work | None = None
    _heard: list[Callable[[], None]] = field(default_factory=list)

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard` when something of it changes. Returns what stops it."""
        self._heard.append(heard)
        return lambda: self._heard.remove(heard) if heard in self._heard else None

    def say(self, word: Word, at: datetime | None = None, work: Work | None = None) -> None:
        """Change it and tell. What is not given of `work` is over."""
        changed = (word, at or self.at, work) != (self.word, self.at, self.work)
        self.word, self.at, self.work = word, at or self.at, work
        for heard in tuple(self._heard) if changed else ():
            heard()


WORDS: tuple[tuple[type[SyncError], Word], ...] = (
    (Erased, "paused"),
    (Revoked, "ended"),
    (Unauthorised, "sign-in"),
    (TooOld, "too-old"),
    (TooNew, "too-new"),
    (Offline, "offline"),
    (Unwell, "unwell"),
    (NotTheClinic, "stranger"),
)


def word_for(error: Exception) -> Word:
    """The word for what stopped a sync."""
    return next((word for kind, word in WORDS if isinstance(error, kind)), "trouble")
