"""What the welcome says first on a device that was reported lost."""

from __future__ import annotations

import flet as ft

from app.ui.hooks import use_app, use_words
from app.ui.widgets import Notice


def reported_lost() -> list[ft.Control]:
    """That the record was erased, and the way back; nothing on any other device."""
    app, t = use_app(), use_words()
    return [Notice("attention", t("welcome.reported_lost"))] if app.settings.reported_lost else []
