"""Full-text search over everything readable. New documents are read into the index in batches, after the fact."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlite_utils import Database

from app.store.errors import place_of, plainly

BATCH = 2000
RESOURCE = "body -> '$.resource'"
WORDS = f"""
    SELECT docs.n, concat_ws(' ', body ->> 'title', body ->> 'summary', body ->> 'note', body ->> 'text',
        body ->> 'with_whom', body ->> 'reason', body ->> 'name', body ->> 'code',
        {RESOURCE} ->> '$.conclusion', {RESOURCE} ->> '$.note[0].text', {RESOURCE} ->> '$.description',
        {RESOURCE} ->> '$.dosageInstruction[0].text', {RESOURCE} ->> '$.valueString',
        {RESOURCE} ->> '$.valueCodeableConcept.text', {RESOURCE} ->> '$.valueCodeableConcept.coding[0].display')
    FROM docs JOIN (SELECT n FROM search_due LIMIT ?) AS due ON due.n = docs.n WHERE deleted = 0"""
PICKED = "FROM json_each(?) AS picked CROSS JOIN docs ON docs.scope = ? AND docs.id = picked.value"
"""Documents by a JSON list of ids, in its order: left to itself, SQLite would read all of their kind."""
FOUND = """
    SELECT docs.id, docs.kind, coalesce(body ->> 'title', body ->> 'note', body ->> 'reason', '') AS title,
        coalesce(body ->> 'when', body ->> 'felt_at', body ->> 'measured_at', body ->> 'starts_at', '') AS "when",
        coalesce(body ->> 'summary', body ->> 'with_whom', body ->> 'what', '') AS about
    FROM search JOIN docs ON docs.n = search.rowid
    WHERE search MATCH :query AND docs.scope IN (:scope, 'content')
        AND (:all OR docs.kind IN (SELECT value FROM json_each(:kinds)))
        AND (:language = '' OR coalesce(body ->> 'language', :language) = :language) ORDER BY {order} LIMIT :limit"""
MANY = 400
HOW_MANY = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)"


def read_anew(db: Database) -> None:
    """Read everything again, if what is read of a document has changed since this index was made."""
    known = db.execute("SELECT text FROM views WHERE name = 'search'").fetchone()
    if known and known[0] == WORDS:
        return
    with db.atomic():
        db.execute("INSERT INTO search (search) VALUES ('delete-all')")
        db.execute("DELETE FROM search_due")
        db.execute("INSERT INTO search_due SELECT n FROM docs")
        db.execute("INSERT OR REPLACE INTO views VALUES ('search', ?)", [WORDS])


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


def find(
    db: Database, scope: str, text: str, kinds: Collection[str] = (), limit: int = 50, language: str = ""
) -> list[dict[str, Any]]:
    """Documents of this scope and the shared library with all these words, best first, of equals the latest.

    Where very many have them none is the best: then what came last is first.

    Each is id, kind, title, when, about. No kinds: all. With a language, what is in another one is left out.
    """
    if not (query := match(text)):
        return []
    while catch_up(db):
        pass
    asked = {"query": query, "scope": scope, "all": not kinds, "kinds": json.dumps(list(kinds))}
    few = db.execute(HOW_MANY, [query, MANY + 1]).fetchone()[0] <= MANY
    order = 'rank, "when" DESC' if few else "search.rowid DESC"
    return list(db.query(FOUND.format(order=order), {**asked, "language": language, "limit": limit}))
