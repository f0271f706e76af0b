"""The thin line under each title: is everything in step, and does anything wait?"""

from __future__ import annotations

import flet as ft

from app.ui.boundary import boundary
from app.ui.hooks import use_app, use_heard, use_query, use_words
from app.ui.routes import HOME, go, section_of
from app.ui.seat import this_look, this_seat
from app.ui.strings import Words
from app.ui.widgets.buttons import LinkButton, Pressable
from app.ui.widgets.notice import Notice
from app.ui.widgets.text import glyph, small

ICONS = {
    "up-to-date": ft.Icons.CHECK,
    "working": ft.Icons.SYNC,
    "offline": ft.Icons.CLOUD_OFF_OUTLINED,
    "trouble": ft.Icons.CLOUD_OFF_OUTLINED,
    "paused": ft.Icons.PAUSE_CIRCLE_OUTLINED,
    "sign-in": ft.Icons.LOGIN,
    "too-old": ft.Icons.SYSTEM_UPDATE_ALT,
    "too-new": ft.Icons.HOURGLASS_EMPTY,
    "full": ft.Icons.SD_CARD_ALERT_OUTLINED,
}


def count_waiting(store: object) -> int:
    """How many changes wait to be sent."""
    found = store.rows("SELECT count(*) AS n FROM outbox")  # type: ignore[attr-defined]
    return int(found[0]["n"])


def say_status(link: object, waiting: int, words: Words) -> str:
    """The line in words: "No connection. Everything still works. 3 things waiting"."""
    word, at = getattr(link, "word", "paused"), getattr(link, "at", None)
    key = f"status.{word.replace('-', '_')}"
    line = words("status.up_to_date_at", time=words.time(at)) if word == "up-to-date" and at else words(key)
    if not waiting:
        return line
    return f"{line.rstrip('.')}. {words('status.waiting', count=waiting)}"


def Unconnected(section: str, waiting: int) -> ft.Control:
    """No clinic knows this device, as after a restore: said in full on the first screen, in a line elsewhere."""
    words = use_words()
    enter = LinkButton(words("status.no_clinic_do"), lambda: go("welcome"), ft.Icons.LINK_OUTLINED)
    if section == HOME:
        notice = Notice("attention", words("status.no_clinic_text"), enter)
        return ft.Container(notice, padding=ft.Padding.only(top=12))
    line = words("status.no_clinic")
    line += f" {words('status.waiting', count=waiting)}" if waiting else ""
    return ft.Row([small(line), *([enter] if section != "welcome" else [])], wrap=True, spacing=8)


@ft.component
@boundary
def StatusLine() -> ft.Control:
    """How the connection is, in one line; a tap lists what waits."""
    app, words, palette = use_app(), use_words(), this_look().palette
    use_heard(app.link.listen, deps=[id(app.link)])
    waiting = use_query(lambda: count_waiting(app.store), "outbox")
    if not app.is_enrolled:
        return Unconnected(section_of(this_seat().path), waiting)
    line = ft.Row(
        [
            glyph(ICONS.get(app.link.word, ft.Icons.SYNC), 18),
            ft.Container(small(say_status(app.link, waiting, words)), expand=True, expand_loose=True),
        ],
        spacing=8,
        tight=True,
    )
    if not waiting:
        return ft.Container(line, height=None, padding=ft.Padding.symmetric(vertical=4))
    room = ft.Padding.only(top=12, bottom=12, right=8)
    clear = ft.Colors.TRANSPARENT
    press = Pressable(line, lambda: go("waiting"), padding=room, line=clear)
    press.style.bgcolor = palette.paper
    return press
