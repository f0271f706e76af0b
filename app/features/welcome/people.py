"""Whose record to open: everybody who shares this device, and a name for somebody new."""

from __future__ import annotations

import flet as ft

from app.core.errors import AppError
from app.features.welcome.screen import Brand, Sheet
from app.ui.failures import explain
from app.ui.hooks import boundary, use_home, use_typed, use_words
from app.ui.look import BETWEEN
from app.ui.seat import this_seat
from app.ui.widgets import (
    LinkButton,
    Notice,
    PrimaryButton,
    QuietButton,
    Rows,
    TextInput,
    body,
    heading,
    small,
)
from app.ui.widgets.person import PersonRow, call


@ft.component
@boundary
def PeopleScreen() -> ft.Control:
    """Whose record to open, or what somebody new is called."""
    home = use_home()
    return Sheet(NameStep() if home.scene == "name" else ChooseStep())


@ft.component
@boundary
def ChooseStep() -> ft.Control:
    """Everybody by the name they chose: one tap leads to their lock."""
    home, t = use_home(), use_words()
    rows = [
        PersonRow(member, call(member, place), on_click=lambda _, id=member.id: home.switch(id))
        for place, member in enumerate(home.members(), 1)
    ]
    fault = home.fault
    parts = [
        Brand(),
        heading(t("people.choose_title"), 1),
        body(t("people.choose_text")),
        *([Notice("attention", explain(fault, t).text)] if fault else []),
        Rows(rows),
        ft.Row([LinkButton(t("people.add"), lambda: home.choose("name"))], wrap=True),
        small(t("lock.danger")),
    ]
    return _column(parts)


@ft.component
@boundary
def NameStep() -> ft.Control:
    """What somebody new is called on this device; nothing is made before that."""
    home, t, typed = use_home(), use_words(), use_typed()
    error, tell = ft.use_state(None)

    def press() -> None:
        this_seat().poke()
        try:
            home.add(typed.text)
        except AppError as failed:
            tell(explain(failed, t).text)

    back = QuietButton(t("actions.back"), lambda: home.choose("choose" if home.is_shared else ""))
    buttons = [PrimaryButton(t("people.go_on"), press), back]
    field = TextInput(t("people.name"), typed, t("people.name_hint"), error, autofocus=True, on_submit=press)
    parts = [
        Brand(),
        heading(t("people.name_title"), 1),
        body(t("people.name_text")),
        Notice("info", t("people.apart")),
        field,
        ft.Row(list(buttons), wrap=True, spacing=12, run_spacing=8),
    ]
    return _column(parts)


def _column(parts: list[ft.Control]) -> ft.Control:
    return ft.Column(parts, spacing=BETWEEN + 4, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
