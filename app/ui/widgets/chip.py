"""The state words: how far something a patient said has come, with an icon, a word and a colour."""

from __future__ import annotations

import flet as ft

from app.ui.look import INSIDE
from app.ui.seat import this_look, this_words
from app.ui.widgets.text import glyph, words

STATES: dict[str, tuple[ft.IconData, str]] = {
    "device": (ft.Icons.SMARTPHONE_OUTLINED, "waiting"),
    "waiting": (ft.Icons.SCHEDULE_OUTLINED, "waiting"),
    "sent": (ft.Icons.SEND_OUTLINED, "info"),
    "held": (ft.Icons.INBOX_OUTLINED, "info"),
    "done": (ft.Icons.CHECK_CIRCLE_OUTLINED, "done"),
    "refused": (ft.Icons.DO_NOT_DISTURB_ON_OUTLINED, "attention"),
    "needs-you": (ft.Icons.ERROR_OUTLINE, "attention"),
}


def say_state(state: str) -> str:
    """The state in words: "Waiting to send"."""
    return this_words()(f"states.{state.replace('-', '_')}")


def StateChip(state: str, text: str | None = None) -> ft.Control:
    """One of the state words; `text` may say more, as in "Opened by your care team 14:20"."""
    icon, meaning = STATES[state]
    ink, tint = this_look().palette.pair(meaning)
    told = words(text or say_state(state), "small", strong=True, colour=ink)
    held = ft.Container(told, expand=True, expand_loose=True)
    face = ft.Row([glyph(icon, 18, colour=ink), held], spacing=6, tight=True)
    room = ft.Padding.symmetric(vertical=4, horizontal=INSIDE + 2)
    return ft.Container(face, bgcolor=tint, border_radius=INSIDE, padding=room)
