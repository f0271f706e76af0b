"""Taking the clinic's answer in. All of it happens in the caller's one transaction.

Rules: a verdict settles exactly the change it names; an old verdict never overwrites a newer row; a refused change
is set aside with its reason and blocks nothing; rows and the cursor behind them are one; a reset replaces what the
clinic sent before (`generation`) and never touches what waits here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from app.store import blobs
from app.store.generation import confirm, turn
from app.store.offering import AT_MOST, forget_old
from app.store.verdicts import judge
from sync.protocol.wire import Mutation, Reply


def take(db: Database, sent: Sequence[Mutation], reply: Reply, at: str, pinned: str) -> set[str]:
    """Apply one reply; returns the kinds that changed. `pinned` is the clinic's key that signs heads.

    `at` is this device's time, for want of the clinic's. What is old is forgotten last: a device that was away for
    long may hear only now that the clinic was restored, and still has what that forgot.
    """
    if reply.at:
        forget_old(db, reply.at, AT_MOST)
    changed = judge(db, sent, reply.verdicts, reply.at or at)
    for page in reply.pages:
        changed |= turn(db, page)
    for signed in reply.heads:
        changed |= confirm(db, signed, pinned)
    for scope in reply.ended:
        changed |= end(db, scope)
    if reply.at:
        forget_old(db, reply.at)
    return changed


def end(db: Database, scope: str) -> set[str]:
    """This device may no longer read the scope: nothing of it stays but what was not sent, for the patient to see."""
    kinds = {row[0] for row in db.execute("SELECT DISTINCT kind FROM docs WHERE scope = ?", [scope])}
    for table in ("docs", "base", "sent", "scopes"):
        db.execute(f"DELETE FROM {table} WHERE scope = ?", [scope])
    db.execute("INSERT INTO search (search) VALUES ('optimize')")
    db.execute("UPDATE outbox SET reason = 'access_ended' WHERE scope = ? AND reason IS NULL", [scope])
    blobs.leave(db, scope)
    return kinds | {"outbox", "scopes"}
