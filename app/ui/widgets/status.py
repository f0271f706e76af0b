"""The thin line under each title: is everything in step, does anything wait, and how far is long work?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    "unwell": ft.Icons.CLOUD_OFF_OUTLINED,
    "stranger": ft.Icons.WIFI_FIND_OUTLINED,
    "trouble": ft.Icons.REPORT_OUTLINED,
    "stopped": ft.Icons.PAUSE_CIRCLE_OUTLINED,
    "ended": ft.Icons.LINK_OFF,
    "paused": ft.Icons.PAUSE_CIRCLE_OUTLINED,
    "sign-in": ft.Icons.LOGIN,
    "too-old": ft.Icons.SYSTEM_UPDATE_ALT,
    "too-new": ft.Icons.HOURGLASS_EMPTY,
    "full": ft.Icons.SD_CARD_ALERT_OUTLINED,
}


@dataclass(frozen=True)
class Outbox:
    """How many changes wait to be sent, and how many the clinic refused."""

    waiting: int = 0
    needy: int = 0


def count_waiting(store: Any) -> Outbox:
    """What is in the outbox, in numbers."""
    (found,) = store.rows("SELECT count(*) - count(reason) AS n, count(reason) AS needy FROM outbox")
    return Outbox(found["n"], found["needy"])


def say_status(link: Any, outbox: Outbox, words: Words) -> str:
    """The line in words: "No connection. Everything still works. 3 things waiting"."""
    parts = [say_link(link, words)]
    parts += [words("status.waiting", count=outbox.waiting)] if outbox.waiting else []
    parts += [words("status.needs_you", count=outbox.needy)] if outbox.needy else []
    *first, last = parts
    return " ".join([*(f"{part.rstrip('.')}." for part in first), last])


def say_link(link: Any, words: Words) -> str:
    """What the connection does, and how far long work is: "Getting your record: 12,400 of 50,000"."""
    word, work = link.word.replace("-", "_"), link.work
    if word == "up_to_date" and link.at:
        return words("status.up_to_date_at", time=words.time(link.at))
    if work is None:
        return words(f"status.{word}")
    key = f"{work.what}_of" if work.total else work.what
    key = f"stopped_{key}" if word == "stopped" else key
    share = words.number(int(100 * (work.share or 0)))
    return words(
        f"status.{key}", done=words.number(work.done), total=words.number(work.total or 0), share=share
    )


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
    """How the connection is, in one line; a tap lists what waits. Long work has a bar and a way to stop it."""
    app = use_app()
    use_heard(app.link.listen, deps=[id(app.link)])
    outbox = use_query(lambda: count_waiting(app.store), "outbox")
    if not app.is_enrolled:
        return Unconnected(section_of(this_seat().path), outbox.waiting)
    line = Line(outbox, pressed=bool(outbox.waiting or outbox.needy or app.link.work))
    return ft.Container(Working(line) if app.link.work else line)


def Line(outbox: Outbox, pressed: bool) -> ft.Control:
    """The line itself; `pressed` where there is something to see behind it."""
    link, words = use_app().link, use_words()
    said = ft.Container(small(say_status(link, outbox, words)), expand=True, expand_loose=True)
    line = ft.Row([glyph(ICONS.get(link.word, ft.Icons.SYNC), 18), said], spacing=8, tight=True)
    if not pressed:
        return ft.Container(line, height=None, padding=ft.Padding.symmetric(vertical=4))
    room = ft.Padding.only(top=12, bottom=12, right=8)
    press = Pressable(line, lambda: go("waiting"), padding=room, line=ft.Colors.TRANSPARENT)
    press.style.bgcolor = this_look().palette.paper
    return press


def Working(line: ft.Control) -> ft.Control:
    """Long work: the line, how far it is as a bar, and Cancel, or the way to go on."""
    app, words, look = use_app(), use_words(), this_look()
    work, stopped = app.link.work, app.link.word == "stopped"
    if stopped:
        button = LinkButton(words("status.go_on"), lambda: app.go_on(), ft.Icons.PLAY_ARROW)
    else:
        cancel = LinkButton(words("actions.cancel"), lambda: app.stop_work())
        named = ft.Semantics(content=cancel, label=words(f"status.cancel_{work.what}"))
        button = ft.MergeSemantics(named)
    palette, share = look.palette, work.share
    value = share if share is not None or (look.motion and not stopped) else 0.5
    bar = ft.ProgressBar(
        value=value, bar_height=4, color=palette.accent, bgcolor=palette.tint, border_radius=2, year_2023=True
    )
    silent = ft.Semantics(content=bar, exclude_semantics=True)
    beside = look.room >= 360
    parts = [ft.Row([ft.Container(line, expand=True), button], spacing=8)] if beside else [line, button]
    return ft.Column([*parts, silent], spacing=4, tight=True)
