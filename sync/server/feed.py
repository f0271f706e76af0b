"""Pages of a scope: the latest state of each document, in the scope's order, within a budget of bytes."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from sync.server import cursor as cursors
from sync.server.cursor import Cursor
from sync.server.database import Database, Unit
from sync.server.errors import DatabaseError
from sync.server.ledger import new_epoch
from sync.server.snapshots import Snapshots
from sync.server.tables import row, scope

FIRST, MOST = 20, 320
STANDING = sa.select(scope.c.epoch, scope.c.head, scope.c.floor).where(scope.c.id == sa.bindparam("in_scope"))
_WANTED = [row.c[name] for name in ("id", "kind", "rev", "seq", "deleted", "version", "body", "mid")]
CHUNK = (
    sa.select(*_WANTED)
    .where(
        row.c.scope == sa.bindparam("in_scope"),
        row.c.seq > sa.bindparam("since"),
        row.c.seq <= sa.bindparam("head"),
    )
    .order_by(row.c.seq)
    .limit(sa.bindparam("wanted"))
)


@dataclass
class Budget:
    """Bytes that may still travel in this reply."""

    left: int


def page(
    database: Database,
    scope_id: str,
    text: str | None,
    budget: Budget,
    echo: Collection[str],
    key: bytes,
    snapshots: Snapshots | None = None,
) -> dict[str, Any]:
    """The next page of a scope as it travels. At least one row, then as many as the budget allows.

    A device at the start of the order gets its own words too: it may have nothing else to hold on to. With `snapshots`,
    where one page would not do, it gets the names of segments instead.
    """
    with database.unit(scope_id) as unit:
        now = _now(unit)
        since, began, reset = _start(text, key, now)
        made = snapshots.ready(unit) if snapshots and not since else None
        rows, last, more = (
            ([], 0, True) if made else _fill(unit, since, now.seq, budget, echo if since else ())
        )
    if reset == "epoch" and _is_ahead(text, key, now):
        with database.unit(scope_id, write=True) as unit:
            new_epoch(unit)
        return page(database, scope_id, text, budget, echo, key, snapshots)
    if snapshots and more and not since and not made:
        with contextlib.suppress(DatabaseError):  # no room for one, or the clinic is moving: rows do as well
            made = snapshots.make(scope_id)
    place = replace(now, seq=made.seq if made else last, began=began)
    said = {
        "scope": scope_id,
        "rows": [] if made else rows,
        "cursor": cursors.write(place, key),
        "more": more,
    }
    said |= {"reset": reset} if reset else {}
    return said | ({"snapshot": {"segments": made.segments}} if made else {})


def _now(unit: Unit) -> Cursor:
    """Where the scope's order ends now, and its floor."""
    epoch, head, floor = unit.connection.execute(STANDING, {"in_scope": unit.scope}).one()
    return Cursor(unit.scope, epoch, head, floor, cursors.SCHEMA)


def _is_ahead(text: str | None, key: bytes, now: Cursor) -> bool:
    """A cursor of this life that lies ahead of it proves that a backup was put back: another life must begin."""
    sent = cursors.read(text or "", key)
    return sent is not None and (sent.scope, sent.epoch) == (now.scope, now.epoch)


def _start(text: str | None, key: bytes, now: Cursor) -> tuple[int, int, str | None]:
    """Where to go on, the floor when the device began at the start, and why it must now. `now` is the end of the order.

    Behind the floor deletions are forgotten. Whoever began at the start after that has nothing to forget.
    """
    floor = now.began
    if text is None:
        return 0, floor, None
    sent = cursors.read(text, key)
    if sent is None or sent.scope != now.scope:
        return 0, floor, "scope"
    if sent.epoch != now.epoch or sent.seq > now.seq:
        return 0, floor, "epoch"
    if sent.schema != now.schema:
        return 0, floor, "schema"
    if sent.seq < floor and sent.began != floor:
        return 0, floor, "floor"
    return sent.seq, sent.began, None


def _fill(
    unit: Unit, since: int, head: int, budget: Budget, echo: Collection[str]
) -> tuple[list[dict[str, Any]], int, bool]:
    rows: list[dict[str, Any]] = []
    last, used = since, 0
    for one in _after(unit, since, head):
        size = 0 if one.mid in echo else len(one.body)
        if used and used + size > budget.left:
            budget.left -= used
            return rows, last, True
        last = one.seq
        if size:
            used += size
            rows.append(_row(one))
    budget.left -= used
    return rows, head, False


def _after(unit: Unit, since: int, head: int) -> Iterator[sa.Row[Any]]:
    """Rows in order; none beyond the head that was read with the cursor.

    Chunks grow: the first is small, because a few bodies may fill a page.
    """
    wanted = FIRST
    while since < head:
        asked = {"in_scope": unit.scope, "since": since, "head": head, "wanted": wanted}
        chunk = unit.connection.execute(CHUNK, asked).all()
        yield from chunk
        if len(chunk) < wanted:
            return
        since, wanted = chunk[-1].seq, min(MOST, wanted * 4)


def _row(one: sa.Row[Any]) -> dict[str, Any]:
    return {
        "id": one.id, "kind": one.kind, "rev": one.rev, "seq": one.seq, "deleted": one.deleted,
        "version": one.version, "body": one.body,
    }  # fmt: skip
