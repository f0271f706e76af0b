"""Writes into one scope, inside one unit: takes numbers from the scope's counter and keeps what it replaces."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sync.server.database import Unit
from sync.server.tables import history, row, scope

CHUNK, LONGEST_NUMBER = 400, 18


@dataclass(frozen=True, slots=True)
class Held:
    """The latest state of one document, as the scope holds it."""

    id: str
    kind: str
    rev: str
    seq: int
    deleted: bool
    version: int
    body: str
    mid: str | None = None
    device: str | None = None
    received_ms: int = 0


KEEP = ("scope", "seq", "id", "rev", "deleted", "body", "mid", "device", "received_ms")
_COLUMNS = [row.c[name] for name in Held.__slots__]
_SPENT = sa.insert(history).from_select(
    KEEP,
    sa.select(*(row.c[name] for name in KEEP)).where(
        row.c.scope == sa.bindparam("in_scope"), row.c.id.in_(sa.bindparam("of_ids", expanding=True))
    ),
)
_CHANGE = (
    sa.update(row)
    .where(row.c.scope == sa.bindparam("in_scope"), row.c.id == sa.bindparam("of_id"))
    .values({name: sa.bindparam(name) for name in Held.__slots__ if name != "id"})
)


class Ledger:
    """The scope's book, open for one transaction. Opening it takes the counter's lock: writers queue here."""

    def __init__(self, unit: Unit, now_ms: int) -> None:
        self.unit, self.now_ms = unit, now_ms
        mine = scope.c.id == unit.scope
        lock = sa.update(scope).where(mine).values(head=scope.c.head).returning(scope.c.epoch, scope.c.head)
        self.epoch, self.head = unit.connection.execute(lock).one()
        self._start = self.head
        self._held: dict[str, Held | None] = {}
        self._fresh: set[str] = set()
        self._written: dict[str, Held] = {}
        self._spent: list[Held] = []

    def load(self, ids: Iterable[str]) -> None:
        """Read many documents at once, so that `get` need not ask for each."""
        missing = [id for id in dict.fromkeys(ids) if id not in self._held]
        for part in _chunks(missing):
            self._held.update(dict.fromkeys(part))
            found = sa.select(*_COLUMNS).where(row.c.scope == self.unit.scope, row.c.id.in_(part))
            for one in self.unit.connection.execute(found):
                self._held[one.id] = Held(*one)

    def get(self, id: str) -> Held | None:
        """The document as it stands now, with what this transaction did to it."""
        if id not in self._held:
            self.load([id])
        return self._held[id]

    def body_at(self, id: str, rev: str) -> str | None:
        """What a document said in one of its revisions, also one of this transaction; None where that is not known."""
        for one in self._spent:
            if (one.id, one.rev) == (id, rev):
                return one.body
        number = rev.rpartition(".")[2]
        if not number.isdecimal() or len(number) > LONGEST_NUMBER:
            return None
        for table in (row, history):
            said = sa.select(table.c.body).where(table.c.scope == self.unit.scope, table.c.seq == int(number))
            found = self.unit.connection.scalar(said.where(table.c.id == id, table.c.rev == rev))
            if found is not None:
                return str(found)
        return None

    def put(
        self, id: str, kind: str, body: str, version: int = 1, *,
        deleted: bool = False, mid: str | None = None, device: str | None = None,
    ) -> Held:  # fmt: skip
        """Write a new state of a document under the next number."""
        before = self.get(id)
        self.head += 1
        rev = f"{self.epoch}.{self.head}"
        after = Held(id, kind, rev, self.head, deleted, version, body, mid, device, self.now_ms)
        if before is None:
            self._fresh.add(id)
        elif id in self._written:
            self._spent.append(before)
        self._written[id] = self._held[id] = after
        return after

    def close(self) -> None:
        """Write everything down, in as few statements as there are kinds of change."""
        if self.head == self._start:
            return
        self.unit.moved = True
        run, mine = self.unit.connection.execute, self.unit.scope
        changed = [held for held in self._written.values() if held.id not in self._fresh]
        new = [held for held in self._written.values() if held.id in self._fresh]
        if changed:
            for part in _chunks([held.id for held in changed]):
                run(_SPENT, {"in_scope": mine, "of_ids": part})
            run(_CHANGE, [{**_values(held), "in_scope": mine, "of_id": held.id} for held in changed])
        if new:
            run(sa.insert(row), [{**_values(held), "scope": mine, "id": held.id} for held in new])
        if self._spent:
            run(sa.insert(history), [_kept(held, mine) for held in self._spent])
        run(sa.update(scope).where(scope.c.id == mine).values(head=self.head))


def _values(held: Held) -> dict[str, Any]:
    return {name: getattr(held, name) for name in Held.__slots__ if name != "id"}


def _kept(held: Held, mine: str) -> dict[str, Any]:
    return {"scope": mine, **{name: getattr(held, name) for name in KEEP if name != "scope"}}


def _chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def new_epoch(unit: Unit) -> None:
    """After a restored backup: revisions given out before must not be taken for those to come.

    Nobody vouches for this life of the scope yet: what it lost is not confirmed to devices that still have it.
    """
    fresh, unit.moved = secrets.token_hex(4), True
    mine = sa.update(scope).where(scope.c.id == unit.scope)
    unit.connection.execute(mine.values(epoch=fresh, vouched=False))
