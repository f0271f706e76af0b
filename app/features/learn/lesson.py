"""One lesson to read, with its source, its date, and what of the record it is about."""

from __future__ import annotations

import flet as ft

from app.features.learn.queries import open_lesson
from app.store.library import Mention, mentions
from app.ui.hooks import boundary, use_app, use_query, use_words
from app.ui.routes import go
from app.ui.telling import only_in, plain_title, say_when
from app.ui.widgets import Empty, ListRow, Markdown, Page, Rows, Section, small
from sync.models import Lesson

MOST = 5


@ft.component
@boundary
def LessonScreen() -> ft.Control:
    """The lesson named in the path."""
    app, t = use_app(), use_words()
    id = ft.use_route_params().get("id", "")
    lesson = use_query(lambda: open_lesson(app.store, id), "lesson", deps=[id])
    if lesson is None:
        return Page(t("learn.title"), Empty(ft.Icons.MENU_BOOK_OUTLINED, t("learn.gone")), back="back")
    head = " · ".join(
        part for part in (only_in(lesson.language, t), t("learn.minutes", count=lesson.minutes)) if part
    )
    text = Markdown(lesson.text)
    return Page(
        lesson.title, small(head), text, InRecord(lesson.topics, key=id), *origin(lesson), back="back"
    )


def origin(lesson: Lesson) -> list[ft.Control]:
    """Where the facts come from, when it was last reviewed, and that the care team comes first."""
    t = use_words()
    source = [small(t("learn.source", source=lesson.source))] if lesson.source else []
    checked = [small(t("learn.checked", day=t.birthday(lesson.reviewed_on)))] if lesson.reviewed_on else []
    return [*source, *checked, small(t("learn.not_advice"))]


@ft.component
@boundary
def InRecord(topics: list[str]) -> ft.Control:
    """What in this person's record the lesson is about; nothing where there is none."""
    app, t = use_app(), use_words()
    found = use_query(lambda: mentions(app.store, topics)[:MOST], "record", "state", deps=[tuple(topics)])
    if not found:
        return ft.Container(visible=False)
    return Section(t("learn.in_record"), Rows([mention_row(one) for one in found]))


def mention_row(one: Mention) -> ft.Control:
    """A record the lesson is about, and when it was."""
    t = use_words()
    told = [t(f"health.one.{one.category}"), say_when(one.when, t)]
    about = " · ".join(part for part in told if part)
    title = plain_title(one.title)
    return ListRow(ft.Icons.FOLDER_OUTLINED, title, about, on_click=lambda: go(f"health/record/{one.id}"))
