"""An empty list says what will appear here, and what to do now."""

from __future__ import annotations

import flet as ft

from app.ui.look import AROUND, BETWEEN
from app.ui.seat import this_look
from app.ui.widgets.text import body, glyph


def Empty(icon: ft.IconData, text: str, action: ft.Control | None = None) -> ft.Control:
    """Nothing here yet, in a sentence."""
    palette = this_look().palette
    parts: list[ft.Control] = [
        glyph(icon, 40, colour=palette.quiet),
        body(text, colour=palette.quiet, text_align=ft.TextAlign.CENTER),
    ]
    parts += [action] if action else []
    column = ft.Column(parts, spacing=BETWEEN, horizontal_alignment=ft.CrossAxisAlignment.CENTER)
    return ft.Container(column, padding=AROUND, alignment=ft.Alignment.CENTER)
