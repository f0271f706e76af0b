"""The library: what is about this record first, then everything there is to read."""

from __future__ import annotations

import flet as ft

from app.features.learn.queries import lessons_on_record, list_lessons, search_lessons
from app.store.library import Title
from app.ui.hooks import boundary, use_app, use_query, use_typed, use_words
from app.ui.routes import go
from app.ui.telling import only_in
from app.ui.widgets import Empty, LinkButton, ListRow, Page, Rows, Section, TextInput, body
from app.ui.widgets.buttons import Press

WINDOW, YOURS = 50, 6


@ft.component
@boundary
def LearnScreen() -> ft.Control:
    """What there is to read, with a search over it."""
    app, t = use_app(), use_words()
    typed = use_typed()
    words, set_words = ft.use_state("")
    language = app.settings.language
    some = use_query(lambda: list_lessons(app.store, language, 1), "lesson", deps=[language])
    if not some:
        return Page(t("learn.title"), Empty(ft.Icons.MENU_BOOK_OUTLINED, t("learn.empty")))
    field = TextInput(
        t("learn.search"), typed, on_typed=lambda text: set_words(text.strip()), prefix_icon=ft.Icons.SEARCH
    )
    if words:
        return Page(t("learn.title"), body(t("learn.intro")), field, Found(words, key=f"{language} {words}"))
    return Page(t("learn.title"), body(t("learn.intro")), field, Yours(key="yours"), Everything(key="all"))


@ft.component
@boundary
def Found(words: str) -> ft.Control:
    """The lessons with these words, fifty at a time."""
    app, t = use_app(), use_words()
    language = app.settings.language
    shown, set_shown = ft.use_state(WINDOW)
    found = use_query(lambda: search_lessons(app.store, words, language), "lesson", deps=[words, language])
    if not found:
        return Empty(ft.Icons.SEARCH_OFF_OUTLINED, t("learn.nothing_found"))
    return ft.Column(window_of(found, shown, lambda: set_shown(shown + WINDOW)), spacing=12, tight=True)


@ft.component
@boundary
def Yours() -> ft.Control:
    """The lessons about something in this person's record; nothing where there is none."""
    app, t = use_app(), use_words()
    language = app.settings.language
    shown, set_shown = ft.use_state(YOURS)
    found = use_query(
        lambda: lessons_on_record(app.store, language), "lesson", "record", "state", deps=[language]
    )
    if not found:
        return ft.Container(visible=False)
    return Section(t("learn.yours"), *window_of(found, shown, lambda: set_shown(shown + WINDOW)))


@ft.component
@boundary
def Everything() -> ft.Control:
    """All lessons by title, fifty at a time."""
    app, t = use_app(), use_words()
    language = app.settings.language
    shown, set_shown = ft.use_state(WINDOW)
    found = use_query(lambda: list_lessons(app.store, language, shown + 1), "lesson", deps=[language, shown])
    return Section(t("learn.all"), *window_of(found, shown, lambda: set_shown(shown + WINDOW)))


def window_of(found: list[Title], shown: int, show_more: Press) -> list[ft.Control]:
    """The first of these, and the way to more."""
    more = LinkButton(use_words()("actions.show_more"), show_more, ft.Icons.EXPAND_MORE)
    return [Rows([lesson_row(one) for one in found[:shown]]), *([more] if len(found) > shown else [])]


def lesson_row(one: Title) -> ft.Control:
    """A lesson in the list."""
    t = use_words()
    told = (one.summary, only_in(one.language, t), t("learn.minutes", count=one.minutes))
    about = "\n".join(part for part in told if part)
    return ListRow(ft.Icons.MENU_BOOK_OUTLINED, one.title, about, on_click=lambda: go(f"learn/{one.id}"))
