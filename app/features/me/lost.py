"""May the clinic erase this record when the device is reported lost?"""

from __future__ import annotations

import flet as ft

from app.features.me.commands import allow_wipe
from app.ui.hooks import boundary, use_action, use_app, use_query, use_words
from app.ui.widgets import Section, Toggle


@ft.component
@boundary
def LostPart() -> ft.Control:
    """The switch, on unless the person says otherwise; its sentence says what is lost."""
    app, t = use_app(), use_words()
    may = use_query(lambda: app.wipes_if_lost, "state")
    action = use_action(lambda on: allow_wipe(app, on))
    switch = Toggle(t("keys.lost_wipe"), may, action.run, t("keys.lost_text"))
    return Section(t("keys.lost"), *([action.notice] if action.notice else []), switch)
