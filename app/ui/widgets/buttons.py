"""Things to press. One filled button per screen: what most people came for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui.look import RADIUS, TARGET
from app.ui.seat import this_look
from app.ui.widgets.text import glyph, words

State = ft.ControlState
Press = Callable[..., Any] | None


def sides(rest: str, width: float = 1) -> dict[State, ft.BorderSide]:
    """A border that becomes the 3 px focus ring when the keyboard is on it."""
    accent = this_look().palette.accent
    return {State.FOCUSED: ft.BorderSide(3, accent), State.DEFAULT: ft.BorderSide(width, rest)}


def _style(
    background: str, ink: str, border: str, padding: ft.Padding, ring: str | None = None
) -> ft.ButtonStyle:
    palette = this_look().palette
    side = {State.DISABLED: ft.BorderSide(1, palette.line), **sides(border)}
    if ring:
        side[State.FOCUSED] = ft.BorderSide(3, ring)
    return ft.ButtonStyle(
        color={State.DISABLED: palette.quiet, State.DEFAULT: ink},
        bgcolor={State.DISABLED: palette.surface, State.DEFAULT: background},
        overlay_color=ft.Colors.with_opacity(0.10, ink),
        elevation=0,
        padding=padding,
        side=side,
        shape=ft.RoundedRectangleBorder(radius=RADIUS),
        animation_duration=this_look().fade,
        visual_density=ft.VisualDensity.STANDARD,
    )


def _face(label: str, icon: ft.IconData | None, colour: str) -> ft.Control:
    said = words(label, strong=True, colour=colour, text_align=ft.TextAlign.CENTER)
    if icon is None:
        return said
    return ft.Row(
        [glyph(icon, 20, colour=colour), ft.Container(said, expand=True, expand_loose=True)],
        spacing=8,
        tight=True,
    )


def _room() -> ft.Padding:
    look = this_look()
    tall = max(8, (TARGET - look.size("body") * 1.4) / 2)
    return ft.Padding.symmetric(vertical=tall, horizontal=20)


def PrimaryButton(
    label: str, on_click: Press, icon: ft.IconData | None = None, *, disabled: bool = False, **more: Any
) -> ft.Control:
    """The filled button: what most people came for. `expand=True` fills the row."""
    palette = this_look().palette
    ink = palette.quiet if disabled else palette.on_accent
    style = _style(palette.accent, ink, palette.accent, _room(), ring=palette.ink)
    return ft.FilledButton(_face(label, icon, ink), style=style, on_click=on_click, disabled=disabled, **more)


def QuietButton(
    label: str, on_click: Press, icon: ft.IconData | None = None, *, disabled: bool = False, **more: Any
) -> ft.Control:
    """A button for everything else: outlined, in the accent."""
    palette = this_look().palette
    ink = palette.quiet if disabled else palette.accent
    style = _style(palette.surface, ink, palette.quiet, _room())
    return ft.OutlinedButton(
        _face(label, icon, ink), style=style, on_click=on_click, disabled=disabled, **more
    )


def LinkButton(label: str, on_click: Press, icon: ft.IconData | None = None, **more: Any) -> ft.Control:
    """A button that looks like a link: for going somewhere, and for "Show more"."""
    palette = this_look().palette
    style = _style(ft.Colors.TRANSPARENT, palette.accent, ft.Colors.TRANSPARENT, _link_room())
    return ft.TextButton(_face(label, icon, palette.accent), style=style, on_click=on_click, **more)


def _link_room() -> ft.Padding:
    room = _room()
    return ft.Padding.symmetric(vertical=room.top, horizontal=6)


def Pressable(
    content: ft.Control,
    on_click: Press,
    *,
    selected: bool = False,
    padding: ft.Padding | int = 16,
    line: str | None = None,
    **more: Any,
) -> ft.Control:
    """Any content as one button: rows, cards, tiles. Its name is the text inside."""
    palette = this_look().palette
    style = _style(
        palette.tint if selected else palette.surface, palette.ink, line or palette.line, ft.Padding.all(0)
    )
    style.padding = padding
    style.alignment = ft.Alignment.CENTER_LEFT
    if selected:
        style.side = sides(palette.accent, 2)
    return ft.TextButton(content, style=style, on_click=on_click, **more)
