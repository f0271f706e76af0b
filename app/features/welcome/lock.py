"""The locked app: a passcode, and nothing of the record."""

from __future__ import annotations

import flet as ft

from app.features.welcome.aside import StartAgain
from app.features.welcome.commands import open_record
from app.features.welcome.device import by_device
from app.features.welcome.mending import MendPart
from app.features.welcome.opening import Opening, Wait, column, say, use_opening
from app.features.welcome.recover import RecoverForm, Turn
from app.features.welcome.rules import trouble_of
from app.features.welcome.screen import Brand, Sheet
from app.features.welcome.whose import somebody_else, whose
from app.ui.hooks import boundary, use_app, use_typed, use_words
from app.ui.look import BETWEEN
from app.ui.strings import Words
from app.ui.widgets import (
    LinkButton,
    PrimaryButton,
    ProgressLine,
    TextInput,
    body,
    heading,
    small,
)


@ft.component
@boundary
def LockScreen() -> ft.Control:
    """Open the record with the passcode, this computer or the recovery code. A wrong one costs nothing but time."""
    t = use_words()
    place, set_place = ft.use_state("")
    opening = use_opening()

    def turn(to: str = "") -> None:
        opening.forget()
        set_place(to)

    title, way = shown(place, opening, turn, t)
    return Sheet(
        ft.Column(
            [
                Brand(),
                *whose(),
                *([heading(title, 1)] if title else []),
                way,
                *somebody_else(),
                small(t("lock.danger")),
            ],
            spacing=BETWEEN + 4,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    )


def shown(place: str, opening: Opening, turn: Turn, t: Words) -> tuple[str, ft.Control]:
    """The title, unless the part has its own, and the part. A record in trouble comes before every other question."""
    if trouble := trouble_of(opening.trouble):
        return "", MendPart(trouble, opening)
    if place == "again":
        return t("aside.title"), StartAgain(turn)
    if place == "forgot":
        return t("lock.recover_title"), RecoverForm(opening, turn)
    return t("lock.title"), PasscodeForm(opening, turn)


@ft.component
@boundary
def PasscodeForm(opening: Opening, turn: Turn) -> ft.Control:
    """The passcode; under it the other ways in."""
    app, t = use_app(), use_words()
    typed = use_typed()
    asked, ask = ft.use_state("")

    def press() -> None:
        ask("passcode" if typed.text.strip() else "missing")
        if typed.text.strip() and not opening.left:
            opening.run(open_record, app, typed.text)

    said = t("lock.missing") if asked == "missing" else say(opening.error)
    field = TextInput(
        t("lock.passcode"), typed, error=said or None, password=True, autofocus=True, on_submit=press
    )
    waiting = opening.left > 0
    open_ = PrimaryButton(t("lock.open"), press, ft.Icons.LOCK_OPEN_OUTLINED, disabled=waiting)
    ways: list[ft.Control] = [Wait(opening)] if waiting else []
    ways += [open_]
    ways += by_device(opening, ask)
    ways.append(ft.Row([LinkButton(t("lock.forgot"), lambda: turn("forgot"))], wrap=True))
    rest = [ProgressLine(t("lock.opening"))] if opening.busy else ways
    return column(body(t("lock.text")), field, *rest)
