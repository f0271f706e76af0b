"""Words on the page, in our type: headings, body, small print, and the one number that matters."""

from __future__ import annotations

from typing import Any, Literal

import flet as ft

from app.ui.marks import pieces
from app.ui.seat import this_look

Role = Literal["body", "small", "card", "title", "number"]
ROLE_OF_LEVEL: dict[int, Role] = {1: "title", 2: "card", 3: "body"}


def words(
    text: str, role: Role = "body", *, strong: bool = False, colour: str | None = None, **more: Any
) -> ft.Text:
    """A text in one of the five roles."""
    height = 1.4 if role in ("body", "small") else 1.25
    style = this_look().style(role, strong=strong, colour=colour, height=height)
    return ft.Text(text, style=style, **more)


def body(text: str, *, strong: bool = False, colour: str | None = None, **more: Any) -> ft.Text:
    """Ordinary text."""
    return words(text, "body", strong=strong, colour=colour, **more)


def small(text: str, *, colour: str | None = None, strong: bool = False, **more: Any) -> ft.Text:
    """Small print, quiet: never smaller than 14."""
    return words(text, "small", strong=strong, colour=colour or this_look().palette.quiet, **more)


def number(text: str, *, colour: str | None = None, **more: Any) -> ft.Text:
    """The one number that matters, large."""
    return words(text, "number", strong=True, colour=colour, **more)


def heading(text: str, level: int = 2, *, role: Role | None = None, **more: Any) -> ft.Control:
    """A heading that a screen reader can jump to. Level 1 belongs to Page."""
    expand = more.pop("expand", None)
    told = words(text, role or ROLE_OF_LEVEL.get(level, "body"), strong=True, **more)
    return ft.Semantics(content=told, heading_level=level, expand=expand)


def marked(text: str, searched: str) -> ft.Text:
    """Ordinary text in which the words that somebody searched for are bold and underlined."""
    look = this_look()
    plain, strong = look.style("body"), look.style("body", strong=True)
    strong.decoration = ft.TextDecoration.UNDERLINE
    spans = [ft.TextSpan(piece, style=strong if mark else plain) for piece, mark in pieces(text, searched)]
    return ft.Text(spans=spans, style=plain)


def glyph(
    icon: ft.IconData, size: float = 24, *, colour: str | None = None, label: str | None = None
) -> ft.Icon:
    """An icon in the size of the text beside it; silent for screen readers unless it has a label."""
    look = this_look()
    return ft.Icon(icon, size=look.glyph(size), color=colour or look.palette.quiet, semantics_label=label)
