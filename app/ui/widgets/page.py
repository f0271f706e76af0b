"""A screen: person chip and Help in their corners, a title, one thin status line, and what it is about."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.ui.boundary import boundary
from app.ui.look import BETWEEN, LIST
from app.ui.routes import back as go_back
from app.ui.routes import go, section_of
from app.ui.seat import this_look, this_seat, this_words
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.help import HelpButton
from app.ui.widgets.person import PersonChip
from app.ui.widgets.status import StatusLine
from app.ui.widgets.text import heading

Part = ft.Control | None
SCROLL = 5000  # how often scrolling is told, in milliseconds: somebody is reading


def _back_to(path: str) -> ft.Control:
    words = this_words()
    key = f"nav.{section_of(path)}"
    label = words(key) if words.has(key) else words("actions.back")
    leave = go_back if path == "back" else (lambda: go(path))
    return LinkButton(label, leave, ft.Icons.ARROW_BACK)


def _top(back: str | None) -> ft.Control:
    left = _back_to(back) if back is not None else PersonChip()
    return ft.Row(
        [ft.Container(left, expand=True, alignment=ft.Alignment.CENTER_LEFT), HelpButton()], spacing=BETWEEN
    )


def _head(title: str, back: str | None) -> list[ft.Control]:
    told = ft.Column([heading(title, 1), StatusLine()], spacing=2, tight=True)
    return [_top(back), told]


def _column(parts: Sequence[ft.Control], width: float) -> ft.Control:
    look = this_look()
    column = ft.Column(list(parts), spacing=BETWEEN, tight=True)
    room = ft.Padding.only(left=look.around, right=look.around, top=12, bottom=2 * look.around)
    return ft.Container(column, width=width + 2 * look.around, padding=room)


@ft.component
@boundary
def Page(title: str, *body: Part, back: str | None = None, wide: bool = False) -> ft.Control:
    """A screen. `back` is the path the arrow leads to. With `wide` the body scrolls itself, as TwoPane does."""
    look = this_look()
    parts = [part for part in body if part is not None]
    if wide and look.two_panes:
        return _wide(title, parts, back)
    return ft.Column(
        [_column([*_head(title, back), *parts], look.reading)],
        scroll=ft.ScrollMode.AUTO,
        scroll_interval=SCROLL,
        on_scroll=this_seat().poke,
        expand=True,
        spacing=0,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )


def _wide(title: str, parts: Sequence[ft.Control], back: str | None) -> ft.Control:
    around = this_look().around
    column = ft.Column([*_head(title, back), *parts], spacing=BETWEEN, expand=True)
    room = ft.Padding.only(left=around, right=around, top=12)
    return ft.Container(column, padding=room, expand=True)


def TwoPane(list_: ft.Control, detail: ft.Control | None = None) -> ft.Control:
    """List and detail side by side where there is room; else the detail, or the list while there is none."""
    look = this_look()
    if not look.two_panes:
        return detail or list_
    return ft.Row(
        [
            ft.Container(_pane(list_), width=look.px(LIST)),
            ft.VerticalDivider(width=1, thickness=1, color=look.palette.line),
            ft.Container(_pane(detail), expand=True),
        ],
        expand=True,
        spacing=BETWEEN,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _pane(content: ft.Control | None) -> ft.Control:
    held = ft.Container(content, width=this_look().reading, padding=ft.Padding.only(right=12, bottom=24))
    return ft.Column(
        [held],
        scroll=ft.ScrollMode.AUTO,
        scroll_interval=SCROLL,
        on_scroll=this_seat().poke,
        expand=True,
        spacing=0,
    )
