"""May the clinic erase this record when the device is reported lost?"""

from __future__ import annotations

import flet as ft

from app.features.me.commands import set_up
from app.ui.hooks import boundary, use_app, use_query, use_words
from app.ui.widgets import Section, Toggle


@ft.component
@boundary
def LostPart() -> ft.Control:
    """The switch, on unless the person says otherwise; its sentence says what is lost."""
    app, t = use_app(), use_words()
    settings = use_query(lambda: app.settings, "settings")
    switch = Toggle(
        t("keys.lost_wipe"),
        settings.wipe_if_lost,
        lambda on: set_up(app, wipe_if_lost=on),
        t("keys.lost_text"),
    )
    return Section(t("keys.lost"), switch)
