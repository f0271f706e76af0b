"""People on this device: who they are, going over to another record, one's own name here, and adding somebody."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.core.errors import AppError
from app.ui.failures import explain
from app.ui.hooks import boundary, use_heard, use_home, use_typed, use_words
from app.ui.look import BETWEEN, INSIDE
from app.ui.seat import this_seat
from app.ui.widgets import (
    Notice,
    PrimaryButton,
    QuietButton,
    Rows,
    Section,
    TextInput,
    body,
)
from app.ui.widgets.person import PersonRow, call, my_name


@ft.component
@boundary
def PeoplePart() -> ft.Control:
    """Everybody with a record here. A tap on another locks this one and leads to theirs."""
    home, t = use_home(), use_words()
    use_heard(home.listen, deps=[home.turn])
    naming, name_me = ft.use_state(False)
    member, name = my_name()
    parts: list[ft.Control] = [body(t("people.shared" if home.is_shared else "people.alone"))]
    if home.is_shared:
        parts.append(Rows(rows()))
    if home.is_shared and member and not member.name and not naming:
        parts.append(Notice("info", t("people.unnamed_text", name=name)))
    if naming:
        return Section(t("people.title"), *parts, NameForm(lambda: name_me(False)))
    verb = t("people.change" if member and member.name else "people.choose")
    buttons = [QuietButton(verb, lambda: name_me(True), ft.Icons.EDIT_OUTLINED)]
    buttons += [QuietButton(t("people.add"), lambda: home.choose("name"), ft.Icons.PERSON_ADD_ALT_OUTLINED)]
    ways = ft.Row(list(buttons), wrap=True, spacing=12, run_spacing=INSIDE)
    return Section(t("people.title"), *parts, ways)


def rows() -> list[ft.Control]:
    """Everybody, in order; one's own row leads nowhere."""
    home, t = use_home(), use_words()
    found = []
    for place, member in enumerate(home.members(), 1):
        mine = member.id == home.id
        leave = None if mine else (lambda _, id=member.id: home.switch(id))
        found.append(PersonRow(member, call(member, place), t("people.me") if mine else "", leave))
    return found


@ft.component
@boundary
def NameForm(done: Callable[[], None]) -> ft.Control:
    """Another name for oneself on this device."""
    home, t = use_home(), use_words()
    typed = use_typed(home.me.name if home.me else "")
    error, tell = ft.use_state(None)

    def press() -> None:
        this_seat().poke()
        try:
            home.rename(typed.text)
        except AppError as failed:
            return tell(explain(failed, t).text)
        done()

    field = TextInput(t("people.name"), typed, t("people.name_hint"), error, autofocus=True, on_submit=press)
    buttons = [PrimaryButton(t("actions.save"), press), QuietButton(t("actions.cancel"), lambda: done())]
    ways = ft.Row(list(buttons), wrap=True, spacing=12, run_spacing=INSIDE)
    return ft.Column([field, ways], spacing=BETWEEN, tight=True)
