"""Choosing one of a few: big radio rows, and the five mood faces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.ui.look import BETWEEN, FULL, INSIDE, RADIUS, TARGET
from app.ui.seat import this_look, this_words
from app.ui.widgets.buttons import sides
from app.ui.widgets.text import body, glyph, words

Option = tuple[str, str, ft.IconData | None]
FACES: tuple[tuple[int, ft.IconData], ...] = (
    (1, ft.Icons.SENTIMENT_VERY_DISSATISFIED),
    (2, ft.Icons.SENTIMENT_DISSATISFIED),
    (3, ft.Icons.SENTIMENT_NEUTRAL),
    (4, ft.Icons.SENTIMENT_SATISFIED_ALT),
    (5, ft.Icons.SENTIMENT_VERY_SATISFIED),
)


def _row(option: Option, value: str | None, on_change: Callable[[str], Any]) -> ft.Control:
    palette = this_look().palette
    given, label, *rest = option
    chosen = given == value
    icon = rest[0] if rest else None
    radio = ft.Radio(
        value=given,
        fill_color={ft.ControlState.SELECTED: palette.accent, ft.ControlState.DEFAULT: palette.quiet},
        overlay_color=ft.Colors.with_opacity(0.25, palette.accent),
        visual_density=ft.VisualDensity.STANDARD,
        scale=min(this_look().scale, 1.4),
    )
    parts: list[ft.Control] = [radio, ft.Container(body(label, strong=chosen), expand=True)]
    parts += [glyph(icon, colour=palette.accent)] if icon else []
    face = ft.Container(
        ft.Row(parts, spacing=4),
        padding=ft.Padding.only(left=INSIDE, right=BETWEEN, top=4, bottom=4),
        bgcolor=palette.tint if chosen else palette.surface,
        border=ft.Border.all(2 if chosen else 1, palette.accent if chosen else palette.quiet),
        border_radius=RADIUS,
    )
    tap = ft.GestureDetector(face, on_tap=lambda: on_change(given), exclude_from_semantics=True)
    return ft.MergeSemantics(tap)


def Choice(
    label: str,
    options: Sequence[Option],
    value: str | None,
    on_change: Callable[[str], Any],
) -> ft.Control:
    """One of a few, as big radio rows. `options` are (value, label, icon or None)."""
    rows = [_row(option, value, on_change) for option in options]
    parts: list[ft.Control] = [body(label, strong=True)] if label else []
    column = ft.Column([*parts, *rows], spacing=INSIDE, tight=True)
    group = ft.RadioGroup(column, value=value, on_change=lambda event: on_change(event.control.value))
    return ft.Semantics(content=group, container=True)


def _tile(
    content: ft.Control, chosen: bool, pick: Callable[[], Any], padding: ft.Padding | int, **more: Any
) -> ft.Control:
    palette = this_look().palette
    style = ft.ButtonStyle(
        bgcolor=palette.tint if chosen else palette.surface,
        overlay_color=ft.Colors.with_opacity(0.10, palette.accent),
        padding=padding,
        side=sides(palette.accent, 2) if chosen else sides(palette.quiet),
        shape=ft.RoundedRectangleBorder(radius=RADIUS),
        alignment=ft.Alignment.CENTER_LEFT,
        visual_density=ft.VisualDensity.STANDARD,
    )
    button = ft.TextButton(content, style=style, on_click=pick, **more)
    return ft.MergeSemantics(ft.Semantics(content=button, selected=chosen))


def _mood(score: int, icon: ft.IconData, chosen: bool, pick: Callable[[], Any], row: bool) -> ft.Control:
    look = this_look()
    colour = look.palette.accent if chosen else look.palette.quiet
    name = words(this_words()(f"mood_faces.{score}"), "small", strong=chosen, text_align=ft.TextAlign.CENTER)
    face = glyph(icon, 34, colour=colour)
    if row:
        return _tile(
            ft.Row([face, ft.Container(name, expand=True, expand_loose=True)], spacing=12), chosen, pick, 12
        )
    inner = ft.Column([face, name], spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER)
    tile = _tile(
        ft.Container(inner, alignment=ft.Alignment.TOP_CENTER),
        chosen,
        pick,
        ft.Padding.symmetric(vertical=12, horizontal=2),
        width=FULL,
    )
    return ft.Container(tile, expand=True)


def MoodFaces(value: int | None, on_pick: Callable[[int], Any]) -> ft.Control:
    """Five faces with words, from very bad (1) to very good (5). In large text they stand in rows."""
    look = this_look()
    stacked = min(look.room, look.reading / look.scale) < 340
    faces = [
        _mood(score, icon, score == value, lambda _, s=score: on_pick(s), stacked) for score, icon in FACES
    ]
    if stacked:
        return ft.Column(faces[::-1], spacing=INSIDE, tight=True)
    return ft.Row(faces, spacing=6, intrinsic_height=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)


def Scale(label: str, value: int | None, on_pick: Callable[[int], Any], ends: tuple[str, str]) -> ft.Control:
    """The numbers 0 to 10 as buttons, with words for its two ends."""
    side = max(TARGET, this_look().px(44))

    def step(number: int) -> ft.Control:
        chosen = number == value
        said = words(str(number), "card", strong=chosen, text_align=ft.TextAlign.CENTER)
        tile = _tile(said, chosen, lambda: on_pick(number), 0, width=side, height=side)
        tile.content.content.style.alignment = ft.Alignment.CENTER
        return tile

    steps = ft.Row([step(number) for number in range(11)], wrap=True, spacing=INSIDE, run_spacing=INSIDE)
    told = ft.Column([body(label, strong=True), steps, body(" · ".join(ends))], spacing=INSIDE, tight=True)
    return ft.Semantics(content=told, container=True)
