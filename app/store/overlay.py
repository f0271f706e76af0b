"""The patient's unsent changes, laid over the clinic's rows.

`docs` always holds what the patient should see. While a document has changes on their way, the clinic's own row
lies in `base`; when the last change is settled, one of the two remains.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from app.core.errors import NeedsUpdate
from sync.models import Doc
from sync.protocol.wire import MAX_PAGE_BYTES, Base, Mutation

BASE = """INSERT INTO base (scope, id, kind, body, version, rev, seq, deleted) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (scope, id) DO UPDATE SET kind = excluded.kind, body = excluded.body,
    version = excluded.version, rev = excluded.rev, seq = excluded.seq, deleted = excluded.deleted
    WHERE excluded.seq > coalesce(seq, -1)"""
WAITS = "EXISTS (SELECT 1 FROM outbox WHERE scope = ?1 AND id = ?2 AND reason IS NULL)"
COPY_BASE = f"""INSERT OR IGNORE INTO base (scope, id, kind, body, version, rev, seq, deleted)
    SELECT scope, id, kind, body, version, rev,
        CASE WHEN generation < (SELECT generation FROM scopes WHERE scopes.scope = docs.scope) THEN -1 ELSE seq END,
        deleted FROM docs WHERE scope = ?1 AND id = ?2 AND NOT {WAITS}"""
LAY = """INSERT INTO docs (scope, id, kind, body, version, deleted) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (scope, id) DO UPDATE SET body = excluded.body, version = excluded.version,
    deleted = excluded.deleted"""
GENERATION = "iif(base.seq < 0, 0, coalesce((SELECT generation FROM scopes WHERE scope = ?1), 0))"
LIFT = (
    """INSERT INTO docs (scope, id, kind, body, version, deleted)
    SELECT scope, id, kind, body, version, op = 'delete' FROM outbox
    WHERE scope = ?1 AND id = ?2 AND reason IS NULL ORDER BY n DESC LIMIT 1
    ON CONFLICT (scope, id) DO UPDATE SET body = excluded.body, version = excluded.version,
    deleted = excluded.deleted""",
    f"""UPDATE docs SET version = base.version, rev = base.rev, seq = base.seq, generation = {GENERATION}
    FROM base WHERE base.scope = ?1 AND base.id = ?2 AND docs.scope = ?1 AND docs.id = ?2 AND base.deleted = 0
    AND docs.deleted = 0 AND docs.body = base.body AND NOT {WAITS}""",
    f"""INSERT INTO docs (scope, id, kind, body, version, rev, seq, generation)
    SELECT scope, id, kind, body, version, rev, seq, {GENERATION} FROM base
    WHERE scope = ?1 AND id = ?2 AND deleted = 0 AND NOT {WAITS}
    ON CONFLICT (scope, id) DO UPDATE SET body = excluded.body, version = excluded.version, deleted = 0,
    rev = excluded.rev, seq = excluded.seq, generation = excluded.generation
    WHERE docs.deleted = 1 OR docs.body <> excluded.body""",
    f"""DELETE FROM docs WHERE scope = ?1 AND id = ?2 AND NOT {WAITS}
    AND NOT EXISTS (SELECT 1 FROM base WHERE scope = ?1 AND id = ?2 AND deleted = 0)""",
    f"DELETE FROM base WHERE scope = ?1 AND id = ?2 AND NOT {WAITS}",
)
AWAY = "INSERT OR IGNORE INTO away SELECT n FROM outbox WHERE mid = ?"
QUEUE = """INSERT INTO outbox (mid, scope, id, kind, op, body, version, base_rev, base_after, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
OURS = "SELECT mid, rev FROM sent WHERE scope = ? AND id = ? ORDER BY n DESC LIMIT 1"
LAST = """SELECT mid, op, kind, body, version FROM outbox WHERE scope = ? AND id = ? AND reason IS NULL
    ORDER BY n DESC LIMIT 1"""
SHOWN = "SELECT rev, version FROM docs WHERE scope = ? AND id = ?"


def enqueue(db: Database, doc: Doc, body: str, op: str, scope: str, *, mid: str, at: str) -> None:
    """Queue one change, made upon the change before it or upon the revision its author had read.

    Raises NeedsUpdate for a document whose shape is of a later version: what this one does not know would be lost.
    """
    before = db.execute(LAST, [scope, doc.id]).fetchone()
    db.execute(COPY_BASE, [scope, doc.id])
    row = db.execute(SHOWN, [scope, doc.id]).fetchone()
    if row and row[1] > doc.version:
        raise NeedsUpdate(doc.kind)
    base = Base(after=before[0]) if before else read_upon(db, doc, scope, row[0] if row else None)
    said = body if op == "put" else "{}"
    db.execute(QUEUE, [mid, scope, doc.id, doc.kind, op, said, doc.version, base.rev, base.after, at])


def read_upon(db: Database, doc: Doc, scope: str, shown: str | None) -> Base:
    """The revision that whoever holds this document had before them; the one `shown` now may have come unseen.

    What this device wrote itself in between counts as seen. A document that was just made has no stamp.
    """
    if doc.stamp is None or doc.stamp.rev == shown:
        return Base(rev=shown)
    ours = db.execute(OURS, [scope, doc.id]).fetchone() or (None, None)
    if shown and shown == ours[1]:
        return Base(rev=shown)
    return Base(rev=doc.stamp.rev, after=None if doc.stamp.rev else ours[0])


def lay(db: Database, doc: Doc, body: str, op: str, scope: str) -> None:
    """Show the patient's own version at once."""
    db.execute(LAY, [scope, doc.id, doc.kind, body, doc.version, int(op == "delete")])


def lift(db: Database, named: Iterable[tuple[str, str]]) -> None:
    """After changes of these (scope, id) were settled: show the next that waits, or the clinic's row, or nothing.

    Where the clinic's row says what stands here, it is only stamped: then nobody need read it again.
    """
    every = list(named)
    for statement in LIFT:
        db.conn.executemany(statement, every)


def leave(db: Database, mids: Iterable[str]) -> None:
    """These changes are about to travel: from now on they may have reached the clinic."""
    db.conn.executemany(AWAY, [(mid,) for mid in mids])


def mutations(rows: Iterable[dict[str, Any]]) -> list[Mutation]:
    """Outbox rows as they travel, stopping before they outgrow one exchange. They were checked when they were made."""
    found: list[Mutation] = []
    size = 0
    for row in rows:
        size += len(row["body"])
        if found and size > MAX_PAGE_BYTES // 8:
            break
        base = Base.model_construct(rev=row.pop("base_rev"), after=row.pop("base_after"))
        found.append(Mutation.model_construct(**row, base=base))
    return found
