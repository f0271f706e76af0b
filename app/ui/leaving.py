"""Going out of the app to an address: never without saying where that is."""

from __future__ import annotations

import re

import flet as ft

from app.ui.seat import this_words
from app.ui.strings import isolate
from app.ui.widgets.ask import ask
from app.ui.widgets.help import open_link

OPENS = re.compile(r"(https?://[^\s/?#]+|mailto:[^\s]+|tel:[^\s]+)", re.IGNORECASE)
LONGEST = 300


def can_open(address: str) -> bool:
    """Is it an address that a browser, a mail program or a phone opens?"""
    return bool(OPENS.match(address))


def place_of(address: str) -> str:
    """Whose address it is: of a web page the host, else the address itself."""
    found = re.match(r"https?://(?:[^/?#@\s]*@)?([^/?#\s]+)", address, re.IGNORECASE)
    return isolate(found[1] if found else address[:LONGEST])


def ask_to_leave(address: str) -> None:
    """Ask before opening it; what is no such address is not opened at all."""
    if not can_open(address):
        return
    t, page = this_words(), ft.context.page

    text = t("file.leave_text", address=isolate(address[:LONGEST]))
    ask(
        t("file.leave_title", place=place_of(address)),
        text,
        t("file.leave"),
        t("file.stay"),
        lambda: page.run_task(open_link, address),
    )
