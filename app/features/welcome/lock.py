"""The locked app: a passcode, and nothing of the record."""

from __future__ import annotations

import flet as ft

from app.core.errors import AppError
from app.features.welcome.commands import open_record
from app.features.welcome.screen import Brand, Sheet
from app.ui.failures import explain
from app.ui.hooks import boundary, use_app, use_typed, use_words
from app.ui.look import BETWEEN
from app.ui.widgets import PrimaryButton, ProgressLine, TextInput, body, heading, small


@ft.component
@boundary
def LockScreen() -> ft.Control:
    """Open the record with the passcode. A wrong one costs nothing but time."""
    app, t = use_app(), use_words()
    typed = use_typed()
    state, set_state = ft.use_state(("", ""))
    page = ft.context.page
    busy, wrong = state[0] == "busy", state[1]

    async def open_() -> None:
        try:
            await open_record(app, typed.text)
        except AppError as error:
            set_state(("", explain(error, t).text))

    def press() -> None:
        if not typed.text.strip():
            set_state(("", t("lock.missing")))
        elif not busy:
            set_state(("busy", ""))
            page.run_task(open_)

    field = TextInput(
        t("lock.passcode"), typed, error=wrong or None, password=True, autofocus=True, on_submit=press
    )
    ready = PrimaryButton(t("lock.open"), press, ft.Icons.LOCK_OPEN_OUTLINED)
    return Sheet(
        ft.Column(
            [
                Brand(),
                heading(t("lock.title"), 1),
                body(t("lock.text")),
                field,
                ProgressLine(t("lock.opening")) if busy else ready,
                small(t("lock.danger")),
            ],
            spacing=BETWEEN + 4,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    )
