"""Pages of a scope: the latest state of each document, in the scope's order, within a budget of bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sync.server import cursor as cursors
from sync.server.cursor import Cursor
from sync.server.database import Database, Unit
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
    database: Database, scope_id: str, text: str | None, budget: Budget, echo: Collection[str], key: bytes
) -> dict[str, Any]:
    """The next page of a scope as it travels. At least one row, then as many as the budget allows.

    A device that begins anew gets its own words too: it may have nothing else to hold on to.
    """
    with database.unit(scope_id) as unit:
        epoch, head, floor = unit.connection.execute(STANDING, {"in_scope": scope_id}).one()
        since, began, reset = _start(text, key, Cursor(scope_id, epoch, head, floor))
        rows, last, more = _fill(unit, since, head, budget, () if reset else echo)
    made = {
        "scope": scope_id,
        "rows": rows,
        "cursor": cursors.write(Cursor(scope_id, epoch, last, began), key),
        "more": more,
    }
    return {**made, "reset": reset} if reset else made


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
