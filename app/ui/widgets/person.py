"""Whose record is open: the chip in the top left corner."""

from __future__ import annotations

import flet as ft

from app.ui.boundary import boundary
from app.ui.hooks import use_app, use_query, use_words
from app.ui.routes import go
from app.ui.seat import this_look
from app.ui.widgets.buttons import Pressable
from app.ui.widgets.text import small, words


def initials(name: str) -> str:
    """Up to two letters for a name: "Rosa Marín" is RM."""
    letters = [part[0] for part in name.split() if part[:1].isalpha()]
    return "".join(letters[:1] + letters[1:][-1:]).upper()


def Avatar(name: str, size: float = 36) -> ft.Control:
    """The initials of a person in a circle; silent for screen readers."""
    look = this_look()
    side = look.glyph(size)
    letters = words(initials(name) or "·", "small", strong=True, colour=look.palette.accent)
    letters.style.size = round(side * 0.4, 1)
    letters.semantics_label = ""
    return ft.Container(
        letters,
        width=side,
        height=side,
        border_radius=side,
        bgcolor=look.palette.tint,
        alignment=ft.Alignment.CENTER,
    )


@ft.component
@boundary
def PersonChip() -> ft.Control:
    """The person in view; leads to Me. With the date of birth when acting for someone."""
    app, t = use_app(), use_words()
    person = use_query(lambda: app.person, "person", "state")
    if person is None:
        return ft.Container(width=1, height=48)
    acting = bool(getattr(app, "acting", False))
    name = (person.given or person.name) if not acting else person.name
    lines: list[ft.Control] = [words(name, "small", strong=True)]
    if acting and person.born_on:
        lines.append(small(t("person.born", date=t.birthday(person.born_on))))
    face = ft.Row([Avatar(person.name), ft.Column(lines, spacing=0, tight=True)], spacing=10, tight=True)
    room = ft.Padding.only(top=6, bottom=6, right=10)
    press = Pressable(face, lambda: go("me"), padding=room, line=ft.Colors.TRANSPARENT)
    press.style.bgcolor = this_look().palette.paper
    return press
