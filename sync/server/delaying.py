"""Results that a patient asked to see later: the clinic holds them, and shows them on time whether anybody acts or not.

A result is held when it is new, nobody has commented on it, and the patient chose so before it came. It appears when a
clinician comments on it, or on a report it is part of; when the patient asks; and at the latest when its days are over.
What a patient could see already is never hidden again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from sync.fhir.record import Paper
from sync.fhir.timing import is_commented, parts_of, sort_of
from sync.models import HeldResults, ResultSort, ResultTiming, derive_id
from sync.models.timing import HELD, TIMING, HeldGroup
from sync.server.compaction import DAY_MS
from sync.server.database import Database
from sync.server.ledger import Ledger
from sync.server.tables import due, held

Taken = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True)
class Waiting:
    """A result that is held, as it came, and from when until when (UTC, milliseconds)."""

    id: str
    kind: str
    version: int
    body: str
    sort: str
    since_ms: int
    until_ms: int


class Delay:
    """What is held in one scope, inside the transaction of its ledger. End with `settle`, before the ledger closes.

    `told` collects what clinicians have commented on in this run, across transactions.
    """

    def __init__(self, ledger: Ledger, told: set[str] | None = None) -> None:
        self.ledger, self.told = ledger, set() if told is None else told
        columns = [held.c[name] for name in Waiting.__dataclass_fields__]
        asked = sa.select(*columns).where(held.c.scope == ledger.unit.scope)
        self.waiting = {one.id: Waiting(*one) for one in ledger.unit.connection.execute(asked)}
        self._before = dict(self.waiting)
        self._timing = self._chosen()

    def _chosen(self) -> ResultTiming | None:
        row = self.ledger.get(TIMING)
        if row is None or row.deleted or row.kind != ResultTiming.kind:
            return None
        chosen = ResultTiming.read(row.id, row.body)
        return chosen if any(chosen.days(sort) for sort in ResultSort) else None

    def takes(self, paper: Paper) -> Taken | None:
        """Hold what came, if that is what the patient asked for; says what it is to the clinic. None: show it."""
        if paper.kind != "record" or not (self.waiting or self._timing):
            return None
        resource = msgspec.json.decode(paper.body)["resource"]
        if is_commented(resource):
            self.told |= {paper.id, *_records(resource)}
        if paper.id in self.told:
            self.waiting.pop(paper.id, None)
            return None
        before = self.waiting.get(paper.id)
        if before is None:
            return self._hold(paper, resource)
        self.waiting[paper.id] = replace(before, body=paper.body, version=paper.version)
        return "unchanged" if before.body == paper.body else "changed"

    def _hold(self, paper: Paper, resource: dict[str, Any]) -> Taken | None:
        row, sort = self.ledger.get(paper.id), sort_of(resource)
        days = self._timing.days(sort) if self._timing and sort else 0
        if not sort or not days or (row is not None and not row.deleted):
            return None
        since = self.ledger.now_ms
        said = paper.id, paper.kind, paper.version, paper.body
        self.waiting[paper.id] = Waiting(*said, sort.value, since, since + days * DAY_MS)
        return "added"

    def shorten(self) -> None:
        """The patient chose anew: what is held appears as early as that says, and never later than it would have."""
        for one in self.waiting.values():
            days = self._timing.days(ResultSort(one.sort)) if self._timing else 0
            until = min(one.until_ms, one.since_ms + days * DAY_MS)
            self.waiting[one.id] = replace(one, until_ms=until)

    def show(self, sort: str = "") -> None:
        """Show all that is held of this sort, or of every sort."""
        self._open(one for one in self.waiting.values() if sort in ("", one.sort))

    def settle(self) -> int:
        """Show what is due or was commented on, and write down what is held now. Returns how many were shown."""
        now = self.ledger.now_ms
        self._open(one for one in self.waiting.values() if one.until_ms <= now or one.id in self.told)
        if self.waiting == self._before:
            return 0
        mine, run = self.ledger.unit.scope, self.ledger.unit.connection.execute
        run(sa.delete(held).where(held.c.scope == mine))
        run(sa.delete(due).where(due.c.id == mine))
        if self.waiting:
            run(sa.insert(held), [{"scope": mine, **vars(one)} for one in self.waiting.values()])
            first = min(one.until_ms for one in self.waiting.values())
            run(sa.insert(due), {"id": mine, "at_ms": first})
        self._tell()
        return len(self._before.keys() - self.waiting.keys())

    def _open(self, found: Iterable[Waiting]) -> None:
        for one in list(found):
            del self.waiting[one.id]
            self.ledger.put(one.id, one.kind, one.body, one.version)

    def _tell(self) -> None:
        """Say to the patient how many are held, and until when."""
        row, groups = self.ledger.get(HELD), self._groups()
        body = HeldResults(id=HELD, groups=groups).body()
        if groups and (row is None or row.deleted or row.body != body):
            self.ledger.put(HELD, HeldResults.kind, body)
        elif not groups and row is not None and not row.deleted:
            self.ledger.put(HELD, HeldResults.kind, "{}", deleted=True)

    def _groups(self) -> list[HeldGroup]:
        """By sort. A report and what it is made of count as one."""
        inner = {
            id for one in self.waiting.values() for id in _records(msgspec.json.decode(one.body)["resource"])
        }
        groups = []
        for sort in ResultSort:
            mine = [one for one in self.waiting.values() if one.sort == sort]
            if mine:
                until = datetime.fromtimestamp(min(one.until_ms for one in mine) / 1000, UTC)
                count = sum(one.id not in inner for one in mine)
                groups.append(HeldGroup(sort=sort.value, count=count, until=until))
        return groups


def _records(resource: dict[str, Any]) -> list[str]:
    return [derive_id("record", "Observation", id) for id in parts_of(resource)]


def show_due(database: Database, now_ms: int) -> int:
    """Show everywhere what is due by now; one transaction for each scope. Returns how many results appeared."""
    with database.directory() as connection:
        scopes = list(connection.scalars(sa.select(due.c.id).where(due.c.at_ms <= now_ms)))
    return sum(in_scope(database, scope, now_ms, lambda _: None) for scope in scopes)


def in_scope(database: Database, scope: str, now_ms: int, act: Callable[[Delay], None]) -> int:
    """Do something with what is held in a scope, and settle it. Returns how many results appeared."""
    with database.unit(scope, write=True) as unit:
        ledger = Ledger(unit, now_ms)
        delay = Delay(ledger)
        act(delay)
        shown = delay.settle()
        ledger.close()
        return shown
