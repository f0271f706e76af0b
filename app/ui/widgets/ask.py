"""Asking before something happens: what will happen, verb buttons, the safe choice first in focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui.look import AROUND, BETWEEN, RADIUS, Look
from app.ui.seat import Seat, this_look, this_seat
from app.ui.widgets.buttons import PrimaryButton, QuietButton
from app.ui.widgets.text import body, heading


def ask(title: str, text: str, yes: str, no: str, on_yes: Callable[[], Any]) -> None:
    """Ask before doing. `yes` and `no` are verbs; `no` is the safe one and has the focus.

    A question is about the record as it is now: once that is locked, or another one is in view, yes does nothing.
    """
    page, seat = ft.context.page, this_seat()
    subject = seat.subject

    def say_yes() -> None:
        close()
        if seat.subject != subject:
            return
        try:
            on_yes()
        except Exception as error:
            seat.alert(error)

    buttons = ft.Row(
        [QuietButton(no, lambda: close(), autofocus=True), PrimaryButton(yes, say_yes)],
        wrap=True,
        alignment=ft.MainAxisAlignment.END,
        spacing=12,
        run_spacing=8,
    )
    content = ft.Column([heading(title, 2), body(text), buttons], spacing=16, tight=True)
    dialog = framed(title, content, this_look())
    close = kept(seat, dialog, content)
    page.show_dialog(dialog)


def framed(title: str, content: ft.Control, look: Look) -> ft.AlertDialog:
    """The dialog round a question, narrow enough to be read at once."""
    return ft.AlertDialog(
        content=ft.Container(content, width=min(look.reading, 420 * look.scale)),
        scrollable=True,
        content_padding=ft.Padding.only(left=AROUND, right=AROUND, top=AROUND, bottom=BETWEEN),
        inset_padding=16,
        bgcolor=look.palette.surface,
        shape=ft.RoundedRectangleBorder(radius=RADIUS, side=ft.BorderSide(1, look.palette.line)),
        semantics_label=title,
    )


def kept(seat: Seat, dialog: ft.AlertDialog, content: ft.Control) -> Callable[[], None]:
    """The seat may take the question away, or empty it under a cover. Returns what closes it."""

    def veil(covered: bool) -> None:
        content.visible = not covered
        content.update()

    def forget(*_: Any) -> None:
        if close in seat.asked:
            seat.asked.remove(close)
        if veil in seat.veils:
            seat.veils.remove(veil)

    def close() -> None:
        forget()
        if dialog.open:
            dialog.open = False
            dialog.update()

    dialog.on_dismiss = forget
    seat.asked.append(close)
    seat.veils.append(veil)
    return close
