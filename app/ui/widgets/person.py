"""Whose record is open: the chip in the top left corner, and the marks of those who share this device."""

from __future__ import annotations

import flet as ft

from app.people import Member
from app.ui.boundary import boundary
from app.ui.hooks import use_app, use_heard, use_home, use_query, use_words
from app.ui.look import BETWEEN, FULL, INSIDE
from app.ui.routes import go
from app.ui.seat import this_look, this_words
from app.ui.widgets.buttons import LinkButton, Press, Pressable
from app.ui.widgets.text import Role, body, glyph, small, words

MARKS: dict[str, tuple[ft.IconData, str]] = {
    "leaf": (ft.Icons.ECO, "info"),
    "star": (ft.Icons.STAR, "attention"),
    "sun": (ft.Icons.SUNNY, "waiting"),
    "moon": (ft.Icons.BEDTIME, "done"),
    "flower": (ft.Icons.LOCAL_FLORIST, "attention"),
    "anchor": (ft.Icons.ANCHOR, "info"),
    "umbrella": (ft.Icons.UMBRELLA, "done"),
    "music": (ft.Icons.MUSIC_NOTE, "waiting"),
}


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


def call(member: Member, place: int) -> str:
    """What somebody on this device is called: the name they chose, or "Record 2"."""
    return member.name or this_words()("people.unnamed", number=place)


def my_name() -> tuple[Member | None, str]:
    """Whose record is in view among those on this device, and what they are called here."""
    home = use_home()
    for place, member in enumerate(home.members(), 1):
        if member.id == home.id:
            return member, call(member, place)
    return None, ""


def Mark(member: Member, size: float = 40) -> ft.Control:
    """The sign of one person on this device, told by its shape as well as its colour; silent for screen readers."""
    look = this_look()
    icon, meaning = MARKS[member.mark]
    ink, tint = look.palette.pair(meaning)
    side = look.glyph(size)
    return ft.Container(
        glyph(icon, size * 0.6, colour=ink),
        width=side,
        height=side,
        border_radius=side,
        bgcolor=tint,
        border=ft.Border.all(2, ink),
        alignment=ft.Alignment.CENTER,
    )


def PersonRow(member: Member, name: str, about: str = "", on_click: Press = None) -> ft.Control:
    """One person on this device as a row; a button where it leads to their lock."""
    lines: list[ft.Control] = [body(name, strong=True), *([small(about)] if about else [])]
    parts = [Mark(member), ft.Column(lines, spacing=2, expand=True, tight=True)]
    parts += [glyph(ft.Icons.CHEVRON_RIGHT, 22)] if on_click else []
    face = ft.Container(
        ft.Row(parts, spacing=BETWEEN), padding=ft.Padding.symmetric(vertical=12, horizontal=BETWEEN)
    )
    if on_click is None:
        return ft.MergeSemantics(ft.Container(face, width=FULL))
    return Pressable(face, on_click, padding=0, line=ft.Colors.TRANSPARENT, width=FULL)


@ft.component
@boundary
def PersonStrip() -> ft.Control:
    """Whose record is open, over every screen of a shared device; larger right after another one was opened."""
    home, t = use_home(), use_words()
    use_heard(home.listen, deps=[home.turn])
    member, name = my_name()
    if member is None:
        return ft.Container(height=0)
    parts = Arrival(member, name) if home.arrived else [Standing(member, name, "body", 28)]
    column = ft.Column(parts, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    label = t("people.now_open" if home.arrived else "people.open", name=name)
    return ft.Semantics(content=column, label=label, container=True, live_region=home.arrived, key="whose")


def Standing(member: Member, said: str, role: Role, size: float) -> ft.Control:
    """The mark and the name on the person's colour. A screen reader hears them from the strip."""
    ink, tint = this_look().palette.pair(MARKS[member.mark][1])
    told = words(said, role, strong=True, colour=tint, semantics_label="")
    face = ft.Row([Mark(member, size), ft.Container(told, expand=True)], spacing=12)
    room = ft.Padding.symmetric(vertical=size / 4, horizontal=BETWEEN)
    return ft.Container(ft.SafeArea(face, avoid_intrusions_bottom=False), bgcolor=ink, padding=room)


def Arrival(member: Member, name: str) -> list[ft.Control]:
    """Another record than the last one was opened: the mark and the name, large, until that is dismissed."""
    home, t, palette = use_home(), use_words(), this_look().palette
    fine = LinkButton(t("people.right"), lambda: home.settle(), ft.Icons.CHECK)
    other = LinkButton(t("people.not_me"), lambda: home.choose())
    ways = ft.Container(
        ft.Row([fine, other], wrap=True, spacing=INSIDE, run_spacing=0),
        bgcolor=palette.surface,
        border=ft.Border(bottom=ft.BorderSide(1, palette.line)),
        padding=ft.Padding.symmetric(vertical=4, horizontal=BETWEEN),
    )
    return [Standing(member, t("people.now_open", name=name), "card", 56), ways]
