"""The patient's unsent changes, laid over the clinic's rows.

`docs` always holds what the patient should see. While a document has changes on their way, the clinic's own row
lies in `base`; when the last change is settled, one of the two remains.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from sync.models import Doc
from sync.protocol.wire import MAX_PAGE_BYTES, Base, Mutation

COPY_BASE = """INSERT OR IGNORE INTO base (scope, id, kind, body, version, rev, seq, deleted)
    SELECT scope, id, kind, body, version, rev, seq, deleted FROM docs WHERE scope = ? AND id = ?"""
LAY = """INSERT INTO docs (scope, id, kind, body, version, deleted) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (scope, id) DO UPDATE SET body = excluded.body, version = excluded.version,
    deleted = excluded.deleted"""
STAMP = """UPDATE docs SET rev = ?, seq = ?,
    generation = coalesce((SELECT generation FROM scopes WHERE scope = ?), 0) WHERE scope = ? AND id = ?"""
QUEUE = """INSERT INTO outbox (mid, scope, id, kind, op, body, version, base_rev, base_after, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
LAST = """SELECT mid, op, kind, body, version FROM outbox WHERE scope = ? AND id = ? AND reason IS NULL
    ORDER BY n DESC LIMIT 1"""


def enqueue(db: Database, doc: Doc, op: str, scope: str, *, mid: str, at: str) -> None:
    """Queue one change, made upon the change before it or upon the clinic's revision."""
    before = db.execute(LAST, [scope, doc.id]).fetchone()
    if not before:
        db.execute(COPY_BASE, [scope, doc.id])
    row = db.execute("SELECT rev FROM docs WHERE scope = ? AND id = ?", [scope, doc.id]).fetchone()
    rev = row[0] if row and not before else None
    after = before[0] if before else None
    body = doc.body() if op == "put" else "{}"
    db.execute(QUEUE, [mid, scope, doc.id, doc.kind, op, body, doc.version, rev, after, at])


def lay(db: Database, doc: Doc, op: str, scope: str) -> None:
    """Show the patient's own version at once."""
    db.execute(LAY, [scope, doc.id, doc.kind, doc.body(), doc.version, int(op == "delete")])


def lift(db: Database, scope: str, id: str) -> None:
    """After a change was settled: show the next one that waits, or else the clinic's row, or nothing."""
    if waiting := db.execute(LAST, [scope, id]).fetchone():
        _mid, op, kind, body, version = waiting
        db.execute(LAY, [scope, id, kind, body, version, int(op == "delete")])
        return
    base = db.execute(
        "SELECT kind, body, version, rev, seq, deleted FROM base WHERE scope = ? AND id = ?", [scope, id]
    ).fetchone()
    db.execute("DELETE FROM base WHERE scope = ? AND id = ?", [scope, id])
    if base is None or base[5]:
        db.execute("DELETE FROM docs WHERE scope = ? AND id = ?", [scope, id])
        return
    kind, body, version, rev, seq, _deleted = base
    db.execute(LAY, [scope, id, kind, body, version, 0])
    db.execute(STAMP, [rev, seq, scope, scope, id])


def leave(db: Database, mids: Iterable[str]) -> None:
    """These changes are about to travel: from now on they may have reached the clinic."""
    db.conn.executemany("UPDATE outbox SET tried = max(tried, 1) WHERE mid = ?", [(mid,) for mid in mids])


def mutations(rows: Iterable[dict[str, Any]]) -> list[Mutation]:
    """Outbox rows as they travel, stopping before they outgrow one exchange."""
    found: list[Mutation] = []
    size = 0
    for row in rows:
        size += len(row["body"])
        if found and size > MAX_PAGE_BYTES // 16:
            break
        base = Base(rev=row.pop("base_rev"), after=row.pop("base_after"))
        found.append(Mutation(**row, base=base))
    return found
