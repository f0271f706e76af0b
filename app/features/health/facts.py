"""Everything the clinic sent about a record, in plain rows."""

from __future__ import annotations

import flet as ft

from app.features.health.rules import Entry
from app.store.references import name_of
from app.ui.hooks import boundary, use_app, use_words
from app.ui.telling import facts
from app.ui.widgets import LinkButton, Rows, body, small


@ft.component
@boundary
def AsGiven(entry: Entry, unfolded: bool) -> ft.Control:
    """Everything the clinic sent, in plain rows, behind a button that folds and unfolds."""
    app, t = use_app(), use_words()
    open_, set_open = ft.use_state(unfolded)
    rows = facts(entry.resource, lambda link: name_of(app.store, link), t) if open_ else []
    icon = ft.Icons.EXPAND_LESS if open_ else ft.Icons.EXPAND_MORE
    label = t("health.hide_given" if open_ else "health.show_given")
    toggle = ft.Row([LinkButton(label, lambda: set_open(not open_), icon)])
    shown = [Rows([fact_row(name, values) for name, values in rows])] if rows else []
    return ft.Column([toggle, *shown], spacing=8, tight=True)


def fact_row(name: str, values: list[str]) -> ft.Control:
    """One fact: what it is called, and what the clinic said."""
    lines = [small(name), *(body(value, selectable=True) for value in values)]
    held = ft.Container(
        ft.Column(lines, spacing=2, tight=True), padding=ft.Padding.symmetric(vertical=12, horizontal=16)
    )
    return ft.MergeSemantics(held)
