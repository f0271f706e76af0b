"""A notice: one sentence and what to do; never an error code first."""

from __future__ import annotations

import flet as ft

from app.ui.look import BETWEEN, RADIUS
from app.ui.seat import this_look, this_words
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.text import body, glyph, small

ICONS = {
    "info": ft.Icons.INFO_OUTLINED,
    "attention": ft.Icons.ERROR_OUTLINE,
    "urgent": ft.Icons.WARNING_AMBER_OUTLINED,
    "done": ft.Icons.CHECK_CIRCLE_OUTLINED,
    "waiting": ft.Icons.SCHEDULE_OUTLINED,
}


@ft.component
def Details(text: str) -> ft.Control:
    """ "Details for the clinic", folded: ids and types only."""
    open_, set_open = ft.use_state(False)
    toggle = LinkButton(
        this_words()("notice.details"),
        lambda: set_open(not open_),
        ft.Icons.EXPAND_LESS if open_ else ft.Icons.EXPAND_MORE,
    )
    return ft.Column([toggle, *([small(text, selectable=True)] if open_ else [])], spacing=0, tight=True)


def Notice(kind: str, text: str, action: ft.Control | None = None, details: str = "") -> ft.Control:
    """Say something that matters: kind is "info", "attention", "urgent", "done" or "waiting"."""
    ink, tint = this_look().palette.pair(kind)
    parts: list[ft.Control] = [body(text)]
    parts += [ft.Row([action], wrap=True)] if action else []
    parts += [Details(details)] if details else []
    told = ft.Row(
        [glyph(ICONS[kind], colour=ink), ft.Column(parts, spacing=8, expand=True, tight=True)],
        spacing=12,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    frame = ft.Container(
        told, padding=BETWEEN, bgcolor=tint, border=ft.Border.all(1, ink), border_radius=RADIUS
    )
    return ft.Semantics(content=frame, live_region=True, container=True)
