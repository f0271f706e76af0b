"""Progress is a line with words, and a way to stop. No spinner blocks reading."""

from __future__ import annotations

import flet as ft

from app.ui.look import INSIDE
from app.ui.seat import this_look, this_words
from app.ui.widgets.buttons import Press, QuietButton
from app.ui.widgets.text import body


def ProgressLine(words: str, fraction: float | None = None, on_cancel: Press = None) -> ft.Control:
    """What is going on, how far it is, and Cancel."""
    palette = this_look().palette
    value = fraction if fraction is not None or this_look().motion else 0.5
    line = ft.ProgressBar(
        value=value,
        bar_height=8,
        color=palette.accent,
        bgcolor=palette.tint,
        border_radius=4,
        semantics_label=words,
        semantics_value=None if fraction is None else round(fraction * 100),
        year_2023=True,
    )
    parts: list[ft.Control] = [body(words), line]
    parts += [ft.Row([QuietButton(this_words()("actions.cancel"), on_cancel)])] if on_cancel else []
    return ft.Column(parts, spacing=INSIDE, tight=True)
