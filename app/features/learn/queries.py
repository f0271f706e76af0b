"""What the library reads: titles for the list, and one lesson whole."""

from __future__ import annotations

import json

from app.store import Store
from app.store.library import LINE, SHARED, Title, all_lessons, codes_of_record, lessons_on, read_title
from app.store.search import PICKED
from app.store.search import find as find_words
from sync.models import Lesson

CONTENT = "content"


def list_lessons(store: Store, language: str, limit: int = -1) -> list[Title]:
    """The lessons by title: in this language, and what exists only in another one."""
    return all_lessons(store, language, limit)


def lessons_on_record(store: Store, language: str) -> list[Title]:
    """The lessons about something in the record of the person in view, by title."""
    return sorted(lessons_on(store, codes_of_record(store), language), key=lambda one: one.title)


def search_lessons(store: Store, words: str, language: str) -> list[Title]:
    """Lessons in this language with all these words, best first."""
    found = find_words(store.db, CONTENT, words, [Lesson.kind], 200, language)
    ids = json.dumps([row["id"] for row in found])
    sql = f"SELECT {LINE} {PICKED} WHERE {SHARED} AND body ->> 'language' = ?"
    return [read_title(row) for row in store.rows(sql, ids, CONTENT, language)]


def open_lesson(store: Store, id: str) -> Lesson | None:
    """One lesson, whole."""
    return store.get(Lesson, id, scope=CONTENT)
