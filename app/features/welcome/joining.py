"""A record without a clinic, as after a restore: read it at once, connect it when the clinic has given a code."""

from __future__ import annotations

import os

import flet as ft

from app.core.address import tidy_address
from app.features.welcome.screen import Form, check, use_join
from app.ui.hooks import boundary, use_app, use_typed, use_words
from app.ui.widgets import Notice, Page, PrimaryButton, ProgressLine, TextInput, body


@ft.component
@boundary
def JoinScreen() -> ft.Control:
    """The clinic's address and a new code. The record stays as it is."""
    app, t = use_app(), use_words()
    known = app.credentials().server or tidy_address(os.environ.get("EVENKEEL_SERVER", ""))
    form, turn = ft.use_state(Form(server=known))
    server, code = use_typed(form.server), use_typed(form.code)
    busy, start = use_join(turn)
    if app.is_enrolled:
        return Page(t("join.title"), Notice("done", t("join.done")), back="today")

    def press() -> None:
        said = check(form, server.text, code.text, t)
        turn(said)
        if not said.error:
            start(said, "")

    wrong = {form.field: form.error} if form.error else {}
    hint = t("welcome.server_hint")
    return Page(
        t("join.title"),
        body(t("join.text")),
        TextInput(t("welcome.server"), server, hint, wrong.get("server"), autocorrect=False),
        TextInput(
            t("welcome.code"),
            code,
            t("welcome.code_hint"),
            wrong.get("code"),
            autocorrect=False,
            on_submit=press,
        ),
        ProgressLine(t("welcome.joining"))
        if busy
        else ft.Row([PrimaryButton(t("join.do"), press)], wrap=True),
        back="today",
    )
