"""A card: what it is, whether it is all right, what can be done now."""

from __future__ import annotations

from typing import Any

import flet as ft

from app.ui.look import BETWEEN, FULL, RADIUS
from app.ui.seat import this_look
from app.ui.widgets.buttons import Press, Pressable
from app.ui.widgets.chip import StateChip
from app.ui.widgets.text import body, glyph, heading, words


def _told(icon: ft.IconData, title: str, sentence: str, state: str | None, pressed: bool) -> ft.Control:
    look = this_look()
    lines: list[ft.Control] = [words(title, "card", strong=True) if pressed else heading(title, 2)]
    if sentence:
        lines.append(body(sentence, colour=look.palette.quiet))
    if state:
        lines.append(ft.Row([StateChip(state)], wrap=True))
    return ft.Row(
        [
            ft.Container(glyph(icon, 26, colour=look.palette.accent), padding=ft.Padding.only(top=1)),
            ft.Column(lines, spacing=4, expand=True, tight=True),
        ],
        spacing=BETWEEN - 4,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def Card(
    icon: ft.IconData,
    title: str,
    sentence: str = "",
    *actions: ft.Control,
    on_click: Press = None,
    state: str | None = None,
    extra: ft.Control | None = None,
    **more: Any,
) -> ft.Control:
    """Icon, title, one sentence, at most two actions. With `on_click` the whole card is the target."""
    told = _told(icon, title, sentence, state, bool(on_click))
    below = [part for part in (extra, _row_of(actions) if actions else None) if part]
    if on_click and not below:
        return Pressable(told, on_click, width=FULL, **more)
    top = Pressable(told, on_click, line=ft.Colors.TRANSPARENT, width=FULL) if on_click else _still(told)
    foot = ft.Padding.only(left=BETWEEN, right=BETWEEN, bottom=BETWEEN)
    parts = [top, *(ft.Container(part, padding=foot) for part in below)]
    return Frame(ft.Column(parts, spacing=0, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), **more)


def _still(told: ft.Control) -> ft.Control:
    return ft.Container(told, padding=BETWEEN)


def _row_of(actions: tuple[ft.Control, ...]) -> ft.Control:
    return ft.Row(list(actions), wrap=True, spacing=12, run_spacing=8)


def Frame(content: ft.Control, padding: int = 0, **more: Any) -> ft.Control:
    """A surface with a thin line round it."""
    palette = this_look().palette
    return ft.Container(
        content,
        padding=padding,
        bgcolor=palette.surface,
        border=ft.Border.all(1, palette.line),
        border_radius=RADIUS,
        **more,
    )
