"""Lock and keys: what opens the record, when it locks, and how it leaves this device."""

from __future__ import annotations

from dataclasses import dataclass

import flet as ft

from app.features.me.commands import erase_all, set_up
from app.features.me.device import DevicePart
from app.features.me.keyforms import KeyPart, PasscodePart, RecoveryPart, Turn
from app.features.me.lost import LostPart
from app.features.me.queries import count_waiting
from app.settings import LONGEST, SHORTEST
from app.ui.hooks import boundary, use_app, use_query, use_words
from app.ui.look import INSIDE
from app.ui.routes import go
from app.ui.seat import this_seat
from app.ui.widgets import (
    Code,
    Notice,
    Page,
    PrimaryButton,
    QuietButton,
    Section,
    Stepper,
    ask,
    body,
    small,
)


@dataclass(frozen=True)
class Desk:
    """The part whose form is open, what was just done there, and a recovery code that was just made."""

    part: str = ""
    done: str = ""
    code: str = ""


@ft.component
@boundary
def KeysScreen() -> ft.Control:
    """Everything that opens or ends the record on this device. One form is open at a time."""
    app, t = use_app(), use_words()
    use_query(lambda: app.settings, "settings")
    desk, set_desk = ft.use_state(Desk())

    def turn(part: str = "", done: str = "", code: str = "") -> None:
        set_desk(Desk(part, done, code))

    if desk.code:
        return CodePage(desk, turn)
    done = Notice("done", t(desk.done)) if desk.done and not desk.part else None
    parts = {"passcode": PasscodePart, "recovery": RecoveryPart, "computer": DevicePart}
    shown = [draw(part_of(desk, name), done_in(desk, name), turn) for name, draw in parts.items()]
    renewed = KeyPart(part_of(desk, "key"), done_in(desk, "key"), turn)
    last = ErasePart(part_of(desk, "erase"), turn)
    return Page(t("keys.title"), done, *shown, TimesPart(), LostPart(), renewed, last, back="me", key="keys")


def part_of(desk: Desk, name: str) -> bool:
    """Is the form of this part open?"""
    return desk.part == name and not desk.done


def done_in(desk: Desk, name: str) -> str:
    """What was just done in this part, as a key of the strings."""
    return desk.done if desk.part == name else ""


def CodePage(desk: Desk, turn: Turn) -> ft.Control:
    """A recovery code, alone on the screen, this once."""
    t = use_words()
    written = PrimaryButton(t("keys.written"), lambda: turn(done=desk.done), ft.Icons.CHECK)
    return Page(
        t("keys.code_title"),
        body(t("keys.code_text")),
        Code(desk.code),
        small(t("keys.code_signs")),
        Notice("attention", t("keys.code_once")),
        ft.Row([written], wrap=True),
        back="me",
        key="code",
    )


@ft.component
@boundary
def TimesPart() -> ft.Control:
    """When a record left alone locks."""
    app, t = use_app(), use_words()
    times = use_query(lambda: app.settings, "settings")
    away = Stepper(
        t("keys.away"),
        times.lock_away,
        lambda minutes: set_up(app, lock_away=minutes),
        low=SHORTEST,
        high=LONGEST,
    )
    idle = Stepper(
        t("keys.idle"),
        times.lock_idle,
        lambda minutes: set_up(app, lock_idle=minutes),
        low=SHORTEST,
        high=LONGEST,
    )
    return Section(t("keys.times"), body(t("keys.times_text")), away, idle)


@ft.component
@boundary
def ErasePart(opened: bool, turn: Turn) -> ft.Control:
    """Sign out and erase: says what is lost, then asks, then asks again."""
    app, t = use_app(), use_words()
    waiting = use_query(lambda: count_waiting(app.store), "outbox")
    if not opened:
        first = QuietButton(t("keys.erase"), lambda: turn("erase"), ft.Icons.LOGOUT)
        return Section(t("keys.erase"), body(t("keys.erase_text")), ft.Row([first], wrap=True))

    page, seat = ft.context.page, this_seat()

    async def run() -> None:
        try:
            await erase_all(app)
        except Exception as error:
            seat.alert(error)

    def erase() -> None:
        go("today")
        page.run_task(run)

    def press() -> None:
        last = t("keys.erase_last")
        ask(t("keys.erase_title"), last, t("keys.erase_yes"), t("keys.erase_no"), erase)

    buttons = ft.Row(
        [QuietButton(t("keys.erase_no"), turn, autofocus=True), QuietButton(t("keys.erase_on"), press)],
        wrap=True,
        spacing=12,
        run_spacing=INSIDE,
    )
    lost = [t("keys.erase_lost"), t("keys.erase_waiting", count=waiting), t("keys.erase_drafts")]
    return Section(t("keys.erase"), Notice("urgent", "\n".join(lost), buttons))
