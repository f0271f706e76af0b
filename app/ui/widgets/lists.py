"""Rows and lists: 72 px rows, headings in words, a window of fifty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

import flet as ft

from app.ui.boundary import boundary
from app.ui.look import BETWEEN, FULL, INSIDE, RADIUS, ROW
from app.ui.seat import this_look, this_words
from app.ui.widgets.buttons import LinkButton, Press, Pressable
from app.ui.widgets.text import body, glyph, heading, small

T = TypeVar("T")
WINDOW = 50


def _ends(trailing: str | ft.Control, on_click: Press) -> list[ft.Control]:
    palette = this_look().palette
    ends: list[ft.Control] = []
    if trailing:
        ends.append(small(trailing) if isinstance(trailing, str) else trailing)
    if on_click:
        ends.append(glyph(ft.Icons.CHEVRON_RIGHT, 22, colour=palette.quiet))
    return ends


def _row_face(
    icon: ft.IconData | None, title: str | ft.Text, subtitle: str, trailing: str | ft.Control, on_click: Press
) -> ft.Control:
    look = this_look()
    large = look.scale >= 1.5
    lines: list[ft.Control] = [body(title) if isinstance(title, str) else title]
    lines += [small(subtitle)] if subtitle else []
    ends = _ends(trailing, on_click)
    if large and trailing:
        lines.append(ends.pop(0))
    parts = [glyph(icon, colour=look.palette.accent)] if icon else []
    parts += [ft.Column(lines, spacing=2, expand=True, tight=True), *ends]
    return ft.Row(parts, spacing=BETWEEN)


def ListRow(
    icon: ft.IconData | None,
    title: str | ft.Text,
    subtitle: str = "",
    trailing: str | ft.Control = "",
    on_click: Press = None,
    *,
    selected: bool = False,
    **more: Any,
) -> ft.Control:
    """One row of a list; a button where it leads somewhere."""
    face = ft.Container(
        _row_face(icon, title, subtitle, trailing, on_click),
        alignment=ft.Alignment.CENTER_LEFT,
        padding=ft.Padding.symmetric(vertical=14 if subtitle else 17, horizontal=BETWEEN),
    )
    if on_click is None:
        return ft.MergeSemantics(ft.Container(face, width=FULL))
    press = Pressable(
        face, on_click, padding=0, line=ft.Colors.TRANSPARENT, selected=selected, width=FULL, **more
    )
    return press


def Rows(rows: Sequence[ft.Control]) -> ft.Control:
    """Rows in one frame, a thin line between them."""
    palette = this_look().palette
    parts: list[ft.Control] = []
    for row in rows:
        if parts:
            parts.append(ft.Divider(height=1, thickness=1, color=palette.line))
        parts.append(row)
    return ft.Container(
        ft.Column(parts, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        bgcolor=palette.surface,
        border=ft.Border.all(1, palette.line),
        border_radius=RADIUS,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )


def Section(title: str, *rows: ft.Control, action: ft.Control | None = None) -> ft.Control:
    """A heading and what belongs under it."""
    head: ft.Control = heading(title, 2)
    if action:
        head = ft.Row([heading(title, 2, expand=True), action], wrap=False)
    column = ft.Column([head, *rows], spacing=12, tight=True)
    return ft.Container(column, padding=ft.Padding.only(top=INSIDE))


def group_by_day(items: Sequence[T], date_of: Callable[[T], date]) -> list[tuple[str, list[T]]]:
    """Items under headings in words, in the order they came."""
    say = this_words().heading
    groups: list[tuple[str, list[T]]] = []
    for item in items:
        name = say(date_of(item))
        if not groups or groups[-1][0] != name:
            groups.append((name, []))
        groups[-1][1].append(item)
    return groups


@ft.component
@boundary
def DatedList(
    items: Sequence[T],
    date_of: Callable[[T], date],
    row: Callable[[T], ft.Control],
    more_label: str = "",
) -> ft.Control:
    """Items under Today, Last week, March 2026 …; fifty at a time."""
    shown, set_shown = ft.use_state(WINDOW)
    parts: list[ft.Control] = [
        ft.Column([heading(name, 2, role="body"), Rows([row(item) for item in group])], spacing=8, tight=True)
        for name, group in group_by_day(items[:shown], date_of)
    ]
    if len(items) > shown:
        label = more_label or this_words()("actions.show_more")
        parts.append(LinkButton(label, lambda: set_shown(shown + WINDOW), ft.Icons.EXPAND_MORE))
    return ft.Column(parts, spacing=BETWEEN + 4, tight=True)


__all__ = ["ROW", "DatedList", "ListRow", "Rows", "Section", "group_by_day"]
