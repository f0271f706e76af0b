"""What the clinic took is kept for 30 days; a clinic restored from a backup is offered it again, as it was first said.

Each change keeps its `mid` and what it was made upon, so the clinic knows again what its backup still holds, and takes
the rest as it took it then. It goes before everything that waits, for that was made later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

KEPT, AT_MOST = timedelta(days=30), timedelta(days=365)
TAKEN = "scope = :scope AND (status IN ('ok', 'dup') OR copy_id IS NOT NULL)"
FIRST = "SELECT min(coalesce(min(n), 1), 1) FROM outbox"
AGAIN = f"""INSERT OR IGNORE INTO outbox
        (n, mid, scope, id, kind, op, body, version, base_rev, base_after, at, tried)
    SELECT :first - row_number() OVER (ORDER BY n DESC), mid, scope, id, kind, op, body, version, base_rev,
        base_after, at, 2 FROM sent WHERE {TAKEN}"""
BENEATH = f"""INSERT OR IGNORE INTO base (scope, id, kind, body, version, rev, seq, deleted)
    SELECT scope, id, kind, body, version, rev, -1, deleted FROM docs
    WHERE scope = :scope AND id IN (SELECT id FROM sent WHERE {TAKEN})"""
CHAIN = """UPDATE outbox SET base_after =
        (SELECT mid FROM sent WHERE sent.scope = outbox.scope AND sent.id = outbox.id AND sent.rev = outbox.base_rev)
    WHERE scope = :scope AND base_after IS NULL AND reason IS NULL
        AND base_rev IN (SELECT rev FROM sent WHERE scope = :scope)"""


def forget_old(db: Database, at: str, kept: timedelta = KEPT) -> None:
    """Let go of what was settled longer than that before `at`. AT_MOST: the clinic knows it again for 400 days."""
    oldest = datetime.fromisoformat(at) - kept
    db.execute("DELETE FROM sent WHERE settled_at < ?", [oldest.isoformat()])


def offer_again(db: Database, scope: str) -> None:
    """The clinic was restored: queue what it took, before what waits, and chain what was made upon it.

    Revisions of its former life mean nothing any more, so a change made upon one of our own follows that one instead.
    """
    here = {"scope": scope}
    db.execute(BENEATH, here)
    db.execute(AGAIN, {**here, "first": db.execute(FIRST).fetchone()[0]})
    db.execute(CHAIN, here)
    db.execute(f"DELETE FROM sent WHERE {TAKEN}", here)
