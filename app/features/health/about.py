"""Under a record: what the library has to read about it."""

from __future__ import annotations

import flet as ft

from app.features.health.rules import Entry, codes_of
from app.store.library import Title, lessons_on
from app.ui.hooks import boundary, use_app, use_query, use_words
from app.ui.routes import go
from app.ui.telling import only_in
from app.ui.widgets import ListRow, Rows, Section

MOST = 3


@ft.component
@boundary
def ReadAbout(entry: Entry) -> ft.Control:
    """The lessons about any of this record's codes, best match first; nothing where there is none."""
    app, t = use_app(), use_words()
    codes, language = codes_of(entry), app.settings.language
    found = use_query(
        lambda: lessons_on(app.store, codes, language)[:MOST], "lesson", deps=[tuple(codes), language]
    )
    if not found:
        return ft.Container(visible=False)
    return Section(t("health.read_about"), Rows([way_to(one) for one in found]))


def way_to(one: Title) -> ft.Control:
    """A lesson, and that it is in another language where it is."""
    about = "\n".join(part for part in (one.summary, only_in(one.language, use_words())) if part)
    return ListRow(ft.Icons.MENU_BOOK_OUTLINED, one.title, about, on_click=lambda: go(f"learn/{one.id}"))
