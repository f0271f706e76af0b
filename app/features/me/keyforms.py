"""The forms behind "Lock and keys": each asks for the passcode first, and says at the field what was wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import flet as ft

from app.core.errors import RuleBroken, WeakPasscode
from app.features.me.commands import choose_passcode, make_recovery, renew_key
from app.ui.failures import explain
from app.ui.hooks import boundary, use_app, use_look, use_typed, use_words
from app.ui.look import BETWEEN, INSIDE
from app.ui.seat import this_seat
from app.ui.widgets import (
    Notice,
    PrimaryButton,
    ProgressLine,
    QuietButton,
    Section,
    TextInput,
    body,
)

Turn = Callable[..., None]


@dataclass(frozen=True)
class Attempt:
    """A try that needs a passcode: `run` starts it, `busy` while it lasts, `error` when it failed."""

    run: Callable[..., None]
    busy: bool
    error: Exception | None

    def said(self, *kinds: type[Exception], but: tuple[type[Exception], ...] = ()) -> str | None:
        """What a field says: the error if it is one of these kinds and none of `but`."""
        mine = isinstance(self.error, kinds or Exception) and not isinstance(self.error, but)
        return explain(self.error, use_words()).text if mine else None


def use_attempt(command: Callable[..., Awaitable[None]]) -> Attempt:
    """One try at a time; a failure stays until the next."""
    page = ft.context.page
    (busy, error), tell = ft.use_state((False, None))
    running = ft.use_ref(False)

    async def wait(*typed: str) -> None:
        failed = None
        try:
            await command(*typed)
        except Exception as found:
            failed = found
        finally:
            running.current = False
        tell((False, failed))

    def run(*typed: str) -> None:
        this_seat().poke()
        if not running.current:
            running.current = True
            tell((True, None))
            page.run_task(wait, *typed)

    return Attempt(run, busy, error)


def Form(
    attempt: Attempt, verb: str, during: str, press: Callable[[], None], leave: Turn, *fields: ft.Control
) -> ft.Control:
    """Fields, the button that does it, and the way out; while it works, a line that says so."""
    t = use_words()
    ways: ft.Control = ft.Row(
        [PrimaryButton(verb, press), QuietButton(t("actions.cancel"), lambda: leave())],
        wrap=True,
        spacing=12,
        run_spacing=INSIDE,
    )
    foot = ProgressLine(during) if attempt.busy else ways
    column = ft.Column([*fields, foot], spacing=BETWEEN, tight=True)
    return ft.Container(column, padding=ft.Padding.only(top=use_look().px(6)))


@ft.component
@boundary
def PasscodeForm(
    verb: str, during: str, command: Callable[[str], Awaitable[None]], leave: Turn
) -> ft.Control:
    """Asks for the passcode, then does it."""
    t, typed = use_words(), use_typed()
    attempt = use_attempt(command)

    def press() -> None:
        attempt.run(typed.text)

    field = TextInput(
        t("keys.passcode"), typed, error=attempt.said(), password=True, autofocus=True, on_submit=press
    )
    return Form(attempt, verb, during, press, leave, field)


@ft.component
@boundary
def ChangeForm(turn: Turn) -> ft.Control:
    """The old passcode, and the new one twice."""
    app, t = use_app(), use_words()
    old, new, again = use_typed(), use_typed(), use_typed()

    async def change(*typed: str) -> None:
        await choose_passcode(app, *typed)
        turn("passcode", "keys.passcode_done")

    attempt = use_attempt(change)
    missing = isinstance(attempt.error, RuleBroken) and attempt.error.args == ("keys.missing",)
    wrong = attempt.said() if missing else attempt.said(but=(RuleBroken, WeakPasscode))
    differs = None if missing else attempt.said(RuleBroken)

    def press() -> None:
        attempt.run(old.text, new.text, again.text)

    fields = (
        TextInput(t("keys.old"), old, error=wrong, password=True, autofocus=True),
        TextInput(t("keys.new"), new, t("keys.new_hint"), attempt.said(WeakPasscode), password=True),
        TextInput(t("keys.again"), again, error=differs, password=True, on_submit=press),
    )
    return Form(attempt, t("keys.change"), t("keys.changing"), press, turn, *fields)


def part(title: str, text: str, done: str, content: ft.Control) -> ft.Control:
    """One part of the page: what it is, what was just done, and what can be done."""
    t = use_words()
    rows = [body(text), *([Notice("done", t(done))] if done else []), content]
    return Section(title, *rows)


def opener(label: str, icon: ft.IconData, press: Callable[[], None]) -> ft.Control:
    """The button that opens a form."""
    return ft.Row([QuietButton(label, press, icon)], wrap=True)


def PasscodePart(opened: bool, done: str, turn: Turn) -> ft.Control:
    """Changing the passcode."""
    t = use_words()
    button = opener(t("keys.change"), ft.Icons.PASSWORD, lambda: turn("passcode"))
    content = ChangeForm(turn) if opened else button
    return part(t("keys.passcode"), t("keys.passcode_text"), done, content)


@ft.component
@boundary
def RecoveryPart(opened: bool, done: str, turn: Turn) -> ft.Control:
    """Is there a recovery code, and making one."""
    app, t = use_app(), use_words()
    there = "recovery" in app.vault.ways

    async def make(passcode: str) -> None:
        turn(done="keys.recovery_done", code=await make_recovery(app, passcode))

    content = (
        PasscodeForm(t("keys.recovery_yes"), t("keys.recovery_making"), make, turn)
        if opened
        else opener(t("keys.recovery_make"), ft.Icons.PIN_OUTLINED, lambda: turn("recovery"))
    )
    return part(
        t("keys.recovery"), t("keys.recovery_there" if there else "keys.recovery_none"), done, content
    )


def KeyPart(opened: bool, done: str, turn: Turn) -> ft.Control:
    """A new data key."""
    app, t = use_app(), use_words()

    async def renew(passcode: str) -> None:
        turn(done="keys.key_done", code=await renew_key(app, passcode))

    content = (
        PasscodeForm(t("keys.key_yes"), t("keys.key_making"), renew, turn)
        if opened
        else opener(t("keys.key_make"), ft.Icons.KEY_OUTLINED, lambda: turn("key"))
    )
    return part(t("keys.key"), t("keys.key_text"), done, content)
