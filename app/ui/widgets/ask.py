"""Asking before something happens: what will happen, verb buttons, the safe choice first in focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui.look import AROUND, BETWEEN, RADIUS
from app.ui.seat import this_look, this_seat
from app.ui.widgets.buttons import PrimaryButton, QuietButton
from app.ui.widgets.text import body, heading


def ask(title: str, text: str, yes: str, no: str, on_yes: Callable[[], Any]) -> None:
    """Ask before doing. `yes` and `no` are verbs; `no` is the safe one and has the focus."""
    page, seat, look = ft.context.page, this_seat(), this_look()

    def say_yes() -> None:
        page.pop_dialog()
        try:
            on_yes()
        except Exception as error:
            seat.alert(error)

    buttons = ft.Row(
        [QuietButton(no, lambda: page.pop_dialog(), autofocus=True), PrimaryButton(yes, say_yes)],
        wrap=True,
        alignment=ft.MainAxisAlignment.END,
        spacing=12,
        run_spacing=8,
    )
    content = ft.Column([heading(title, 2), body(text), buttons], spacing=16, tight=True)
    page.show_dialog(
        ft.AlertDialog(
            content=ft.Container(content, width=min(look.reading, 420 * look.scale)),
            scrollable=True,
            content_padding=ft.Padding.only(left=AROUND, right=AROUND, top=AROUND, bottom=BETWEEN),
            inset_padding=16,
            bgcolor=look.palette.surface,
            shape=ft.RoundedRectangleBorder(radius=RADIUS, side=ft.BorderSide(1, look.palette.line)),
            semantics_label=title,
        )
    )
