"""Full-text search over everything readable. New documents are read into the index in batches, after the fact."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from app.store.errors import place_of, plainly

BATCH = 2000
WORDS = """
    SELECT docs.n, concat_ws(' ', body ->> 'title', body ->> 'summary', body ->> 'note', body ->> 'text',
        body ->> 'with_whom', body ->> 'reason', body ->> 'name', body ->> 'code')
    FROM docs JOIN (SELECT n FROM search_due LIMIT ?) AS due ON due.n = docs.n WHERE deleted = 0"""


def catch_up(db: Database, batch: int = BATCH) -> int:
    """Read one batch of new documents into the index; returns how many are left. Raises a StoreError."""
    with plainly(place_of(db)), db.atomic():
        due = [row[0] for row in db.execute("SELECT n FROM search_due LIMIT ?", [batch])]
        rows = db.execute(WORDS, [batch]).fetchall()
        marks = [(n,) for n in due]
        db.conn.executemany("DELETE FROM search WHERE rowid = ?", marks)
        db.conn.executemany("INSERT INTO search (rowid, words) VALUES (?, ?)", rows)
        db.conn.executemany("DELETE FROM search_due WHERE n = ?", marks)
    left: int = db.execute("SELECT count(*) FROM search_due").fetchone()[0]
    return left


def match(text: str) -> str:
    """What somebody typed, as a query: every word must be there, the last one may be unfinished."""
    words = [word.replace('"', '""') for word in text.split()]
    return " ".join(f'"{word}"' for word in words) + "*" if words else ""


def find(db: Database, scope: str, text: str, limit: int = 50) -> list[dict[str, Any]]:
    """Documents of this scope and the shared library with all these words, best first: id, kind, title, when."""
    if not (query := match(text)):
        return []
    while catch_up(db):
        pass
    sql = """
        SELECT docs.id, docs.kind, body ->> 'title' AS title, body ->> 'when' AS "when"
        FROM search JOIN docs ON docs.n = search.rowid
        WHERE search MATCH ? AND scope IN (?, 'content') ORDER BY rank LIMIT ?"""
    return list(db.query(sql, [query, scope, limit]))
