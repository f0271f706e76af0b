"""The library and its pages."""

from __future__ import annotations

import flet as ft

from app.features.learn.queries import Line, list_lessons, open_lesson, search_lessons
from app.ui.hooks import boundary, use_app, use_query, use_typed, use_words
from app.ui.routes import go
from app.ui.widgets import Empty, LinkButton, ListRow, Markdown, Page, Rows, TextInput, body, small

WINDOW = 50


@ft.component
@boundary
def LearnScreen() -> ft.Control:
    """What there is to read, with a search over it."""
    app, t = use_app(), use_words()
    typed = use_typed()
    words, set_words = ft.use_state("")
    language = app.settings.language
    found = use_query(
        lambda: search_lessons(app.store, words, language) if words else list_lessons(app.store, language),
        "lesson",
        deps=[words, language],
    )

    field = TextInput(
        t("learn.search"), typed, on_typed=lambda text: set_words(text.strip()), prefix_icon=ft.Icons.SEARCH
    )
    if not found and not words:
        return Page(t("learn.title"), Empty(ft.Icons.MENU_BOOK_OUTLINED, t("learn.empty")))
    return Page(t("learn.title"), body(t("learn.intro")), field, Lessons(found, key=f"{language} {words}"))


@ft.component
@boundary
def Lessons(found: list[Line]) -> ft.Control:
    """The lessons found, fifty at a time."""
    t = use_words()
    shown, set_shown = ft.use_state(WINDOW)
    if not found:
        return Empty(ft.Icons.SEARCH_OFF_OUTLINED, t("learn.nothing_found"))
    rows = [lesson_row(line) for line in found[:shown]]
    more = LinkButton(t("actions.show_more"), lambda: set_shown(shown + WINDOW), ft.Icons.EXPAND_MORE)
    return ft.Column([Rows(rows), *([more] if len(found) > shown else [])], spacing=12, tight=True)


def lesson_row(line: Line) -> ft.Control:
    """A lesson in the list."""
    t = use_words()
    about = "\n".join(part for part in (line.summary, t("learn.minutes", count=line.minutes)) if part)
    return ListRow(ft.Icons.MENU_BOOK_OUTLINED, line.title, about, on_click=lambda: go(f"learn/{line.id}"))


@ft.component
@boundary
def LessonScreen() -> ft.Control:
    """One lesson to read, with its source."""
    app, t = use_app(), use_words()
    id = ft.use_route_params().get("id", "")
    lesson = use_query(lambda: open_lesson(app.store, id), "lesson", deps=[id])
    if lesson is None:
        return Page(t("learn.title"), Empty(ft.Icons.MENU_BOOK_OUTLINED, t("learn.gone")), back="back")
    source = small(t("learn.source", source=lesson.source)) if lesson.source else None
    minutes = small(t("learn.minutes", count=lesson.minutes))
    return Page(
        lesson.title, minutes, Markdown(lesson.text), source, small(t("learn.not_advice")), back="back"
    )
