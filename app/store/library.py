"""The library beside the record: which lessons explain a code, and what of a record a lesson is about.

Codes are `system|code`. What is asked costs what is on the page: a code finds its lessons in `topics`, and a record's
codes are walked from one to the next in an index, never record by record.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from app.store.store import Store
from sync.fhir.shape import full_codes
from sync.models import Category

CODINGS = """coalesce(body -> '$.resource.code.coding', body -> '$.resource.vaccineCode.coding',
    body -> '$.resource.medicationCodeableConcept.coding')"""
SEVERAL = f"kind = 'record' AND deleted = 0 AND json_array_length({CODINGS}) > 1"
INDICES = {
    "record_codings": f"docs (scope, {CODINGS}, body ->> 'when') WHERE {SEVERAL}",
    "lesson_title": "docs (scope, body ->> 'title') WHERE kind = 'lesson' AND deleted = 0",
    "lesson_article": "docs (scope, body ->> 'article', body ->> 'language') WHERE kind = 'lesson'",
}
LINE = """docs.id, body ->> 'title' AS title, body ->> 'summary' AS summary, body ->> 'minutes' AS minutes,
    body ->> 'language' AS language, coalesce(nullif(body ->> 'article', ''), docs.id) AS article"""
SHARED = "docs.kind = 'lesson' AND docs.scope = 'content' AND docs.deleted = 0"
# a lesson that does not say which article it is may well have a twin in another language
READ = f"{SHARED} AND (body ->> 'language' = ?1 OR body ->> 'article' > '')"
TWIN = """SELECT 1 FROM docs AS twin WHERE twin.kind = 'lesson' AND twin.scope = 'content' AND twin.deleted = 0
    AND twin.body ->> 'article' = docs.body ->> 'article' AND twin.body ->> 'language' = ?1"""
ALL = f"""SELECT {LINE} FROM docs WHERE {READ} AND (body ->> 'language' = ?1 OR NOT EXISTS ({TWIN}))
    ORDER BY title LIMIT ?2"""
ON = f"""SELECT {LINE} FROM json_each(?2) AS asked
    CROSS JOIN topics ON topics.code = asked.value CROSS JOIN docs ON docs.n = topics.lesson
    WHERE {READ} GROUP BY docs.n ORDER BY min(asked.key), json_array_length(body, '$.topics'), title"""
MINE = "kind = 'record' AND scope = ?1 AND deleted = 0"
FIRST = f"""WITH RECURSIVE
    mine (section, code) AS (
        SELECT value, (SELECT min(body ->> 'code') FROM docs
            WHERE {MINE} AND body ->> 'category' = value AND body ->> 'code' > '') FROM json_each(?2)
        UNION ALL SELECT section, (SELECT min(body ->> 'code') FROM docs
            WHERE {MINE} AND body ->> 'category' = section AND body ->> 'code' > mine.code)
        FROM mine WHERE mine.code IS NOT NULL)
    SELECT DISTINCT code FROM mine WHERE code IS NOT NULL"""
LISTS = f"""WITH RECURSIVE lists (codings) AS (
        SELECT min({CODINGS}) FROM docs WHERE scope = ?1 AND {SEVERAL}
        UNION ALL SELECT (SELECT min({CODINGS}) FROM docs WHERE scope = ?1 AND {SEVERAL}
            AND {CODINGS} > lists.codings) FROM lists WHERE codings IS NOT NULL)
    SELECT codings FROM lists WHERE codings IS NOT NULL"""
NEWEST = "AND coalesce(body ->> 'status', '') <> 'entered-in-error' ORDER BY body ->> 'when' DESC LIMIT 1"
SAID = """docs.id, body ->> 'title' AS title, body ->> 'category' AS category, body ->> 'when' AS "when" """
CODED = f"""SELECT {SAID} FROM json_each(?2) AS code CROSS JOIN json_each(?3) AS section
    CROSS JOIN docs ON n = (SELECT n FROM docs
        WHERE {MINE} AND body ->> 'category' = section.value AND body ->> 'code' = code.value {NEWEST})"""
LISTED = f"""SELECT {SAID} FROM json_each(?2) AS list CROSS JOIN docs ON n = (SELECT n FROM docs
        WHERE scope = ?1 AND {SEVERAL} AND {CODINGS} = list.value {NEWEST})"""
SECTIONS = json.dumps([category.value for category in Category])


@dataclass(frozen=True)
class Title:
    """A lesson as a list shows it."""

    id: str
    title: str
    summary: str
    minutes: int
    language: str
    article: str


@dataclass(frozen=True)
class Mention:
    """The newest record with a code that a lesson explains; `when` is a FHIR date."""

    id: str
    title: str
    category: str
    when: str


def lessons_on(store: Store, codes: Iterable[str], language: str) -> list[Title]:
    """What explains these codes, best match first: that of an earlier code, then that which is about less else.

    Each article once, in this language where there is one.
    """
    asked = json.dumps(list(dict.fromkeys(codes)))
    return _once([read_title(row) for row in store.rows(ON, language, asked)], language)


def all_lessons(store: Store, language: str, limit: int = -1) -> list[Title]:
    """Every article by its title: in this language, and those that exist only in another one."""
    return _once([read_title(row) for row in store.rows(ALL, language, limit)], language)


def read_title(row: dict[str, Any]) -> Title:
    """A title from its row."""
    names = ("id", "title", "summary", "language", "article")
    return Title(minutes=int(row["minutes"] or 1), **{name: str(row[name] or "") for name in names})


def codes_of_record(store: Store) -> list[str]:
    """Every code in the record of the person in view, once."""
    found = [row["code"] for row in store.rows(FIRST, store.scope, SECTIONS)]
    return list(dict.fromkeys([*found, *(code for _, codes in _lists(store) for code in codes)]))


def mentions(store: Store, topics: Collection[str]) -> list[Mention]:
    """What in the record of the person in view has one of these codes: the newest of each code, newest first."""
    rows = store.rows(CODED, store.scope, json.dumps(list(topics)), SECTIONS)
    lists = [list_ for list_, codes in _lists(store) if not set(topics).isdisjoint(codes)]
    rows += store.rows(LISTED, store.scope, json.dumps(lists)) if lists else []
    found = {row["id"]: Mention(**{name: value or "" for name, value in row.items()}) for row in rows}
    return sorted(found.values(), key=lambda one: one.when, reverse=True)


def _lists(store: Store) -> list[tuple[str, list[str]]]:
    """The different lists of several codings in this record: the text of each, and its codes."""
    texts = [row["codings"] for row in store.rows(LISTS, store.scope)]
    return [(one, list(full_codes({"coding": json.loads(one)}))) for one in texts]


def _once(found: list[Title], language: str) -> list[Title]:
    best: dict[str, Title] = {}
    for title in found:
        known = best.setdefault(title.article, title)
        if known.language != language == title.language:
            best[title.article] = title
    return list(best.values())
