"""What really happened: who wrote what, having seen what; and what became of it. Neither end can see this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sync.protocol.wire import Mutation, Verdict


@dataclass(frozen=True)
class Written:
    """One thing that a person did on a device. `saw`: revisions that device had shown by then; `own`: own mids.

    `upon` is the body that the person had before them, `base` what the device says of that: a revision, an own change.
    """

    mid: str
    number: int
    device: int
    scope: str
    id: str
    kind: str
    op: str
    body: str
    saw: frozenset[str]
    own: frozenset[str]
    upon: str
    base: tuple[str | None, str | None]


@dataclass(frozen=True)
class Settled:
    """A verdict as a device took it in, by the clinic's clock."""

    verdict: Verdict
    at: datetime
    device: int
    life: int


@dataclass
class Truth:
    """The whole story of one run."""

    written: dict[str, Written] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    settled: dict[str, Settled] = field(default_factory=dict)
    ended: dict[str, set[int]] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    sealed: set[str] = field(default_factory=set)
    texts: int = 0

    def text(self, patient: str) -> str:
        """A text nobody has used yet; it names its patient."""
        self.texts += 1
        return f"{patient}secret{self.texts}."

    def body_of(self, mid: str | None) -> str:
        """What a change said; an empty body where there was none."""
        return self.written[mid].body if mid in self.written else "{}"

    def label(self, id: str) -> int:
        """A number for a document in the order of discovery, the same in every run of a schedule."""
        return self.labels.setdefault(id, len(self.labels))

    def takes(
        self, device: int, sent: Sequence[Mutation], verdicts: list[Verdict], at: datetime, life: int
    ) -> None:
        """A device took these verdicts in; the first one of each life of the clinic counts."""
        mine = {one.mid for one in sent}
        for verdict in verdicts:
            before = self.settled.get(verdict.mid)
            if verdict.mid in mine and (before is None or before.life < life):
                self.settled[verdict.mid] = Settled(verdict, at, device, life)
