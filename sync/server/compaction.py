"""Forgets what is older than any device may be: deletions and verdicts of long ago.

A deletion goes only together with the floor: a device whose cursor lies below it begins anew, so it cannot miss what
is no longer told. Who deleted what, and when, moves to `history`, where what was replaced is already.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sync.server.database import Database, Unit
from sync.server.ledger import KEEP
from sync.server.tables import applied, history, row, scope

DAYS = 400
DAY_MS = 24 * 3600 * 1000


@dataclass
class Compacted:
    """How many deletions and verdicts went, in how many scopes."""

    scopes: int = 0
    deletions: int = 0
    verdicts: int = 0


def compact(database: Database, before_ms: int) -> Compacted:
    """Forget deletions and verdicts from before this moment, one transaction for each scope."""
    done = Compacted()
    for scope_id in database.scopes():
        with database.unit(scope_id, write=True) as unit:
            deletions, verdicts = _forget(unit, before_ms)
        done.scopes += bool(deletions or verdicts)
        done.deletions += deletions
        done.verdicts += verdicts
    return done


def _forget(unit: Unit, before_ms: int) -> tuple[int, int]:
    """Inside the scope's own lock, as every writer: the deletions, the floor above them, the verdicts."""
    run, mine = unit.connection.execute, scope.c.id == unit.scope
    run(sa.update(scope).where(mine).values(head=scope.c.head))
    old = row.c.scope == unit.scope, row.c.deleted.is_(True), row.c.received_ms < before_ms
    highest = run(sa.select(sa.func.max(row.c.seq)).where(*old)).scalar()
    gone = 0
    if highest is not None:
        run(sa.insert(history).from_select(KEEP, sa.select(*(row.c[name] for name in KEEP)).where(*old)))
        gone = run(sa.delete(row).where(*old)).rowcount
        run(sa.update(scope).where(mine, scope.c.floor < highest).values(floor=highest))
    told = applied.c.scope == unit.scope, applied.c.received_ms < before_ms
    return gone, run(sa.delete(applied).where(*told)).rowcount
