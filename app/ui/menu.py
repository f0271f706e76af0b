"""All sections as a list, for large text and small screens; and what stands where there is no screen."""

from __future__ import annotations

import flet as ft

from app.ui.bars import section_name
from app.ui.boundary import boundary
from app.ui.routes import HOME, go, in_order
from app.ui.seat import this_seat, this_words
from app.ui.widgets import Empty, ListRow, Page, QuietButton, Rows


@ft.component
@boundary
def MenuScreen() -> ft.Control:
    """Every section of the app."""
    seat, t = this_seat(), this_words()
    found = in_order(seat.features, seat.app.profile.rail)
    rows = [ListRow(f.icon, section_name(f), on_click=lambda _, name=f.name: go(name)) for f in found]
    return Page(t("nav.menu"), Rows(rows))


@ft.component
@boundary
def NowhereScreen() -> ft.Control:
    """No screen has this address."""
    t = this_words()
    home = QuietButton(t("nav.today"), lambda: go(HOME))
    return Page(t("nowhere.title"), Empty(ft.Icons.EXPLORE_OFF_OUTLINED, t("nowhere.text"), home))
