"""What the library reads: titles for the list, and one lesson whole."""

from __future__ import annotations

from dataclasses import dataclass

from app.store import Store
from app.store.search import find as find_words
from sync.models import Lesson

CONTENT = "content"
INDICES = {"lesson_title": "docs (scope, body ->> 'language', body ->> 'title') WHERE kind = 'lesson'"}
LINE = "id, body ->> 'title' AS title, body ->> 'summary' AS summary, body ->> 'minutes' AS minutes"
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
    ids = [row["id"] for row in find_words(store.db, CONTENT, words, 200) if row["kind"] == Lesson.kind]
    holes = ", ".join("?" * len(ids))
    rows = store.rows(f"SELECT {LINE} FROM docs WHERE {OURS} AND id IN ({holes})", language, *ids)
    return sorted(map(_line, rows), key=lambda line: ids.index(line.id))


def open_lesson(store: Store, id: str) -> Lesson | None:
    """One lesson, whole."""
    return store.get(Lesson, id, scope=CONTENT)


def _line(row: dict[str, object]) -> Line:
    return Line(str(row["id"]), str(row["title"]), str(row["summary"] or ""), int(str(row["minutes"] or 1)))
