"""What the library reads: titles for the list, and one lesson whole."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.store import Store
from app.store.search import PICKED
from app.store.search import find as find_words
from sync.models import Lesson

CONTENT = "content"
INDICES = {"lesson_title": "docs (scope, body ->> 'language', body ->> 'title') WHERE kind = 'lesson'"}
LINE = "docs.id, body ->> 'title' AS title, body ->> 'summary' AS summary, body ->> 'minutes' AS minutes"
OURS = "kind = 'lesson' AND scope = 'content' AND deleted = 0 AND body ->> 'language' = ?"


@dataclass(frozen=True)
class Line:
    """A lesson as the list shows it."""

    id: str
    title: str
    summary: str
    minutes: int


def list_lessons(store: Store, language: str) -> list[Line]:
    """All lessons in this language, by title."""
    return [
        _line(row) for row in store.rows(f"SELECT {LINE} FROM docs WHERE {OURS} ORDER BY title", language)
    ]


def search_lessons(store: Store, words: str, language: str) -> list[Line]:
    """Lessons in this language with all these words, best first."""
    found = find_words(store.db, CONTENT, words, [Lesson.kind], 200, language)
    ids = json.dumps([row["id"] for row in found])
    return [_line(row) for row in store.rows(f"SELECT {LINE} {PICKED} WHERE {OURS}", ids, CONTENT, language)]


def open_lesson(store: Store, id: str) -> Lesson | None:
    """One lesson, whole."""
    return store.get(Lesson, id, scope=CONTENT)


def _line(row: dict[str, object]) -> Line:
    return Line(str(row["id"]), str(row["title"]), str(row["summary"] or ""), int(str(row["minutes"] or 1)))
