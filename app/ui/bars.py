"""Getting from section to section: a tab bar at the foot of a phone, a rail at the side of a desktop."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.ui.feature import Feature
from app.ui.look import FULL, INSIDE, RADIUS
from app.ui.routes import go
from app.ui.seat import this_look, this_words
from app.ui.widgets.buttons import sides
from app.ui.widgets.text import body, glyph, small

RAIL = 216
MENU = "menu"


def section_name(feature: Feature) -> str:
    """What a section is called in the navigation."""
    t = this_words()
    key = f"nav.{feature.name}"
    return t(key) if t.has(key) else t(f"{feature.name}.title")


def tabs_fit(names: Sequence[str]) -> bool:
    """Is there room for every name on the tab bar?"""
    look = this_look()
    longest = max((len(name) for name in names), default=0)
    return longest * look.size("small") * 0.58 + 8 <= look.width / max(len(names), 1)


def _button(content: ft.Control, chosen: bool, path: str, padding: ft.Padding, **more: object) -> ft.Control:
    palette = this_look().palette
    ground = palette.tint if chosen else ft.Colors.TRANSPARENT
    style = ft.ButtonStyle(
        bgcolor=ground,
        overlay_color=ft.Colors.with_opacity(0.10, palette.accent),
        padding=padding,
        side=sides(ft.Colors.TRANSPARENT, 0),
        shape=ft.RoundedRectangleBorder(radius=RADIUS),
        alignment=ft.Alignment.CENTER_LEFT,
        visual_density=ft.VisualDensity.STANDARD,
    )
    button = ft.TextButton(content, style=style, on_click=lambda: go(path), **more)
    return ft.MergeSemantics(ft.Semantics(content=button, selected=chosen))


def _tab(icon: ft.IconData, name: str, path: str, chosen: bool) -> ft.Control:
    palette = this_look().palette
    colour = palette.accent if chosen else palette.quiet
    face = ft.Column(
        [glyph(icon, 24, colour=colour), small(name, colour=colour, strong=chosen, no_wrap=True)],
        spacing=2,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
    held = ft.Container(face, alignment=ft.Alignment.CENTER)
    room = ft.Padding.symmetric(vertical=6, horizontal=0)
    return ft.Container(_button(held, chosen, path, room), expand=True)


def TabBar(features: Sequence[Feature], section: str) -> ft.Control:
    """At most five tabs. Where the words grow too large for that: Today, and a list of all sections."""
    look, t = this_look(), this_words()
    shown = features[:5]
    if tabs_fit([section_name(feature) for feature in shown]):
        tabs = [_tab(f.icon, section_name(f), f.name, f.name == section) for f in shown]
    else:
        home = [_tab(f.icon, section_name(f), f.name, f.name == section) for f in shown[:1]]
        tabs = [*home, _tab(ft.Icons.MENU, t("nav.menu"), MENU, section != shown[0].name)]
    return ft.Container(
        ft.SafeArea(ft.Row(list(tabs), spacing=2), avoid_intrusions_top=False),
        bgcolor=look.palette.surface,
        border=ft.Border(top=ft.BorderSide(1, look.palette.line)),
        padding=ft.Padding.symmetric(vertical=4, horizontal=4),
    )


def _rail_row(feature: Feature, chosen: bool) -> ft.Control:
    palette = this_look().palette
    colour = palette.accent if chosen else palette.quiet
    name = body(section_name(feature), strong=chosen, colour=palette.accent if chosen else palette.ink)
    face = ft.Row([glyph(feature.icon, 22, colour=colour), ft.Container(name, expand=True)], spacing=12)
    return _button(face, chosen, feature.name, ft.Padding.symmetric(vertical=13, horizontal=14), width=FULL)


def Rail(features: Sequence[Feature], section: str) -> ft.Control:
    """Every section, in the order of the profile; the keys 1 to 9 do the same."""
    look = this_look()
    rows = [_rail_row(feature, feature.name == section) for feature in features]
    column = ft.Column(rows, spacing=4, scroll=ft.ScrollMode.AUTO, expand=True)
    return ft.Container(
        column,
        width=min(look.px(RAIL), look.width * 0.34),
        bgcolor=look.palette.surface,
        border=ft.Border(right=ft.BorderSide(1, look.palette.line)),
        padding=ft.Padding.symmetric(vertical=12, horizontal=INSIDE),
    )
