"""Taking the clinic's answer in. All of it happens in the caller's one transaction.

Rules: a verdict settles exactly the change it names; an old verdict never overwrites a newer row; a refused change
is set aside with its reason and blocks nothing; rows and the cursor behind them are one; a reset replaces what the
clinic sent before and never touches what waits here.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from app.store.offering import forget_old, offer_again
from app.store.overlay import BASE
from app.store.verdicts import judge
from sync.protocol.wire import Mutation, Page, Reply, Row

DOCS = """INSERT INTO docs (scope, id, kind, body, version, rev, seq, generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (scope, id) DO UPDATE SET kind = excluded.kind, body = excluded.body, deleted = 0,
    version = excluded.version, rev = excluded.rev, seq = excluded.seq, generation = excluded.generation"""
SWEEP = """DELETE FROM docs WHERE scope = ? AND generation < ? AND seq IS NOT NULL
    AND id NOT IN (SELECT id FROM outbox WHERE scope = ? AND reason IS NULL)"""


def take(db: Database, sent: Sequence[Mutation], reply: Reply, at: str) -> set[str]:
    """Apply one reply; returns the kinds that changed."""
    changed = judge(db, sent, reply.verdicts, at)
    for page in reply.pages:
        changed |= turn(db, page)
    for scope in reply.ended:
        changed |= end(db, scope)
    forget_old(db, at)
    return changed


def turn(db: Database, page: Page) -> set[str]:
    """Apply one page of a scope: its rows and its cursor together."""
    generation = open_scope(db, page)
    busy = {row[0] for row in db.execute("SELECT id FROM base WHERE scope = ?", [page.scope])}
    busy |= {
        row[0] for row in db.execute("SELECT id FROM outbox WHERE scope = ? AND reason IS NULL", [page.scope])
    }
    write(db, page.scope, [row for row in page.rows if row.id not in busy], generation)
    db.conn.executemany(BASE, [beneath(page.scope, row) for row in page.rows if row.id in busy])
    changed = {row.kind for row in page.rows}
    if not page.more:
        changed |= close_scope(db, page.scope, generation)
    return changed


def open_scope(db: Database, page: Page) -> int:
    """Move the scope's cursor; a reset begins a new generation. Returns the generation."""
    db.execute("INSERT OR IGNORE INTO scopes (scope) VALUES (?)", [page.scope])
    step = int(page.reset is not None)
    db.execute(
        "UPDATE scopes SET cursor = ?, generation = generation + ?, caught_up = CASE ? WHEN 1 THEN 0 "
        "ELSE caught_up END WHERE scope = ?",
        [page.cursor, step, step, page.scope],
    )
    if page.reset:
        begin_anew(db, page)
    found: int = db.execute("SELECT generation FROM scopes WHERE scope = ?", [page.scope]).fetchone()[0]
    return found


def begin_anew(db: Database, page: Page) -> None:
    """Nothing the clinic said before counts until it says it again. A restored clinic is offered what it took."""
    db.execute("UPDATE base SET seq = -1 WHERE scope = ?", [page.scope])
    if page.reset == "epoch":
        offer_again(db, page.scope)


def close_scope(db: Database, scope: str, generation: int) -> set[str]:
    """The scope is caught up: what the clinic did not send again after a reset is gone."""
    swept = db.execute("SELECT caught_up FROM scopes WHERE scope = ?", [scope]).fetchone()[0]
    if swept:
        return set()
    old = "SELECT DISTINCT kind FROM docs WHERE scope = ? AND generation < ?"
    changed = {row[0] for row in db.execute(old, [scope, generation])}
    db.execute("DELETE FROM base WHERE scope = ? AND seq = -1", [scope])
    db.execute(SWEEP, [scope, generation, scope])
    db.execute("UPDATE scopes SET caught_up = 1 WHERE scope = ?", [scope])
    return changed | {"scopes"}


def write(db: Database, scope: str, rows: Sequence[Row], generation: int) -> None:
    """The clinic's rows, where nothing of the patient's lies over them."""
    db.conn.executemany(
        DOCS,
        [(scope, r.id, r.kind, r.body, r.version, r.rev, r.seq, generation) for r in rows if not r.deleted],
    )
    db.conn.executemany(
        "DELETE FROM docs WHERE scope = ? AND id = ?", [(scope, r.id) for r in rows if r.deleted]
    )


def beneath(scope: str, row: Row) -> tuple[object, ...]:
    """A row for the base table."""
    return (scope, row.id, row.kind, row.body, row.version, row.rev, row.seq, int(row.deleted))


def end(db: Database, scope: str) -> set[str]:
    """This device may no longer read the scope: nothing of it stays but what was not sent, for the patient to see."""
    kinds = {row[0] for row in db.execute("SELECT DISTINCT kind FROM docs WHERE scope = ?", [scope])}
    for table in ("docs", "base", "sent", "scopes"):
        db.execute(f"DELETE FROM {table} WHERE scope = ?", [scope])
    db.execute("INSERT INTO search (search) VALUES ('optimize')")
    db.execute("UPDATE outbox SET reason = 'access_ended' WHERE scope = ? AND reason IS NULL", [scope])
    return kinds | {"outbox", "scopes"}
