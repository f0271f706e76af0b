"""A scope's life on this device. Rows come under a generation; what a new one did not bring goes when it is whole.

Pages and segments go one way. A page brings rows and the cursor behind them. A snapshot brings a plan: its segments
come one by one, each with its progress in one transaction, and its cursor counts with the last of them. A reset, or
another snapshot, begins a new generation. When the clinic has no more to say, what is of an older generation goes,
unless that is more than the device believes without the clinic's signature: then it stays, and is doubted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from app.store import blobs
from app.store.offering import offer_again
from app.store.overlay import BASE
from sync.protocol.flow import Part
from sync.protocol.head import read_head
from sync.protocol.segment import Line
from sync.protocol.wire import Page, Segment, SignedHead

SMALL, BELIEVED = 50, 0.3
DOCS = """INSERT INTO docs (scope, id, kind, body, version, rev, seq, generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (scope, id) DO UPDATE SET kind = excluded.kind, body = excluded.body, deleted = 0,
    version = excluded.version, rev = excluded.rev, seq = excluded.seq, generation = excluded.generation"""
BUSY = """SELECT id FROM base WHERE scope = :scope
    UNION SELECT id FROM outbox WHERE scope = :scope AND reason IS NULL"""
OLD = """FROM docs WHERE scope = :scope AND (generation < :generation OR seq = -1) AND seq IS NOT NULL
    AND id NOT IN (SELECT id FROM outbox WHERE scope = :scope AND reason IS NULL)"""
HERE = """SELECT (SELECT count(*) FROM docs WHERE scope = :scope AND generation = :generation AND seq >= 0
        AND id NOT IN (SELECT id FROM base WHERE scope = :scope))
    + (SELECT count(*) FROM base WHERE scope = :scope AND seq >= 0 AND deleted = 0)"""
HELD = "(SELECT count(*) FROM docs WHERE scope = :scope AND seq IS NOT NULL)"
FIRST = f"INSERT INTO scopes (scope, had) VALUES (:scope, {HELD})"
ANEW = f"""UPDATE scopes SET generation = generation + 1, caught_up = 0, snapshot = NULL, filled = 0, doubt = 0,
    had = {HELD} WHERE scope = :scope"""
WHOLE = "UPDATE scopes SET snapshot = NULL, filled = 0, cursor = ? WHERE scope = ?"


def turn(db: Database, page: Page) -> set[str]:
    """Apply one page of a scope: its rows and its cursor together, or the plan of a snapshot."""
    known = db.execute("SELECT snapshot FROM scopes WHERE scope = ?", [page.scope]).fetchone()
    plan = page.model_dump_json(include={"scope", "cursor", "snapshot"}) if page.snapshot else None
    if plan and known and known[0] == plan:
        return set()
    if not known:
        db.execute(FIRST, {"scope": page.scope})
    elif page.reset or known[0]:
        begin_anew(db, page)
    if plan:
        db.execute("UPDATE scopes SET snapshot = ? WHERE scope = ?", [plan, page.scope])
        return {"scopes"}
    lines = [(r.id, r.kind, r.rev, r.seq, r.deleted, r.version, r.body) for r in page.rows]
    changed = write(db, page.scope, lines)
    db.execute("UPDATE scopes SET cursor = ? WHERE scope = ?", [page.cursor, page.scope])
    return changed if page.more else changed | close(db, page.scope)


def begin_anew(db: Database, page: Page) -> None:
    """Nothing the clinic said before counts until it says it again. A restored clinic is offered what it took.

    So is one that plans another first download: without a cursor no reset can tell that it was restored meanwhile.
    """
    db.execute(ANEW, {"scope": page.scope})
    db.execute("UPDATE base SET seq = -1 WHERE scope = ?", [page.scope])
    if page.reset in ("epoch", None):
        blobs.doubt(db, page.scope)
        offer_again(db, page.scope)


def write(db: Database, scope: str, lines: Sequence[Line]) -> set[str]:
    """The clinic's rows: into docs where nothing of the patient's lies over them, else beneath it."""
    generation = db.execute("SELECT generation FROM scopes WHERE scope = ?", [scope]).fetchone()[0]
    busy = {row[0] for row in db.execute(BUSY, {"scope": scope})}
    shown = [line for line in lines if line[0] not in busy] if busy else lines
    live = [
        (scope, id, kind, body, version, rev, seq, generation)
        for id, kind, rev, seq, deleted, version, body in shown
        if not deleted
    ]
    db.conn.executemany(DOCS, live)
    gone = [(scope, line[0]) for line in shown if line[4]]
    db.conn.executemany("DELETE FROM docs WHERE scope = ? AND id = ?", gone)
    db.conn.executemany(BASE, beneath(scope, (line for line in lines if line[0] in busy)))
    return {line[1] for line in lines}


def beneath(scope: str, lines: Iterable[Line]) -> list[tuple[object, ...]]:
    """Rows for the base table."""
    return [
        (scope, id, kind, body, version, rev, seq, int(deleted))
        for id, kind, rev, seq, deleted, version, body in lines
    ]


# --- snapshots


def planned(db: Database) -> list[tuple[Page, Sequence[Segment], int]]:
    """The snapshots on their way: the page that brought each, its segments, and how many of them are here."""
    found = db.execute(
        "SELECT snapshot, filled FROM scopes WHERE snapshot IS NOT NULL ORDER BY scope = 'content', scope"
    )
    pages = [(Page.model_validate_json(plan), filled) for plan, filled in found]
    return [(page, page.snapshot.segments if page.snapshot else (), filled) for page, filled in pages]


def missing(db: Database, limit: int) -> list[Part]:
    """The first segments that are still to come, in order."""
    parts: list[Part] = []
    for page, segments, filled in planned(db):
        total = sum(segment.rows for segment in segments)
        done = sum(segment.rows for segment in segments[:filled])
        for segment in segments[filled : filled + limit - len(parts)]:
            parts.append(Part(page.scope, segment, done, total))
            done += segment.rows
    return parts


def fill(db: Database, part: Part, lines: Sequence[Line]) -> set[str]:
    """Take in the next segment of a scope's snapshot, and how far that is; with the last one, its cursor counts.

    One that is not the next one changes nothing.
    """
    for page, segments, filled in planned(db):
        if page.scope == part.scope and segments[filled].hash == part.segment.hash:
            changed = write(db, page.scope, lines)
            db.execute("UPDATE scopes SET filled = filled + 1 WHERE scope = ?", [page.scope])
            if filled + 1 == len(segments):
                db.execute(WHOLE, [page.cursor, page.scope])
            return changed | {"scopes"}
    return set()


# --- what goes, and what stays until the clinic has signed that it may go


def close(db: Database, scope: str) -> set[str]:
    """The clinic has no more to say: what it did not send again after a reset goes, or stays in doubt."""
    generation, caught_up, had = db.execute(
        "SELECT generation, caught_up, had FROM scopes WHERE scope = ?", [scope]
    ).fetchone()
    if caught_up:
        return set()
    old = {"scope": scope, "generation": generation}
    going = db.execute(f"SELECT count(*) {OLD}", old).fetchone()[0]
    if had > SMALL and going > had * BELIEVED:
        db.execute("UPDATE scopes SET caught_up = 1, doubt = ? WHERE scope = ?", [going, scope])
        return {"scopes"}
    return sweep(db, old)


def sweep(db: Database, old: dict[str, Any]) -> set[str]:
    """Let go of what is of an older generation."""
    changed = {row[0] for row in db.execute(f"SELECT DISTINCT kind {OLD}", old)}
    db.execute("DELETE FROM base WHERE scope = :scope AND seq = -1", old)
    db.execute(f"DELETE {OLD}", old)
    db.execute("UPDATE scopes SET caught_up = 1, doubt = 0 WHERE scope = ?", [old["scope"]])
    return changed | {"scopes"}


def confirm(db: Database, signed: SignedHead, pinned: str) -> set[str]:
    """Let go of what was doubted if the clinic signed exactly what this device holds of it, where it stands."""
    head = read_head(signed, pinned)
    if head is None:
        return set()
    found = db.execute(
        "SELECT generation FROM scopes WHERE scope = ? AND cursor = ? AND doubt > 0",
        [head.scope, head.cursor],
    ).fetchone()
    old = {"scope": head.scope, "generation": found[0] if found else 0}
    return sweep(db, old) if found and db.execute(HERE, old).fetchone()[0] == head.rows else set()
