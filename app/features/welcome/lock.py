"""The locked app: a passcode, and nothing of the record."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.features.welcome.commands import open_record, open_with_computer
from app.features.welcome.opening import Opening, Wait, column, say, use_opening
from app.features.welcome.queries import computer_opens
from app.features.welcome.recover import RecoverForm
from app.features.welcome.screen import Brand, Sheet
from app.ui.hooks import boundary, use_app, use_typed, use_words
from app.ui.look import BETWEEN
from app.ui.widgets import (
    LinkButton,
    PrimaryButton,
    ProgressLine,
    QuietButton,
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
    forgot, set_forgot = ft.use_state(False)
    opening = use_opening()

    def turn(to: bool) -> None:
        opening.forget()
        set_forgot(to)

    way = RecoverForm(opening, turn) if forgot else PasscodeForm(opening, turn)
    title = t("lock.recover_title" if forgot else "lock.title")
    return Sheet(
        ft.Column(
            [Brand(), heading(title, 1), way, small(t("lock.danger"))],
            spacing=BETWEEN + 4,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    )


@ft.component
@boundary
def PasscodeForm(opening: Opening, turn: Callable[[bool], None]) -> ft.Control:
    """The passcode; under it the other ways in."""
    app, t = use_app(), use_words()
    typed = use_typed()
    asked, ask = ft.use_state("")

    def press() -> None:
        ask("passcode" if typed.text.strip() else "missing")
        if typed.text.strip() and not opening.left:
            opening.run(open_record, app, typed.text)

    def by_computer() -> None:
        ask("computer")
        opening.run(open_with_computer, app)

    said = t("lock.missing") if asked == "missing" else say(opening.error)
    field = TextInput(
        t("lock.passcode"), typed, error=said or None, password=True, autofocus=True, on_submit=press
    )
    waiting = opening.left > 0
    open_ = PrimaryButton(t("lock.open"), press, ft.Icons.LOCK_OPEN_OUTLINED, disabled=waiting)
    ways: list[ft.Control] = [Wait(opening)] if waiting else []
    ways += [open_]
    if computer_opens(app):
        ways.append(QuietButton(t("lock.computer"), by_computer, ft.Icons.COMPUTER_OUTLINED))
    ways.append(ft.Row([LinkButton(t("lock.forgot"), lambda: turn(True))], wrap=True))
    rest = [ProgressLine(t("lock.opening"))] if opening.busy else ways
    return column(body(t("lock.text")), field, *rest)
