"""The first minutes: who we are and how it looks, which clinic, which passcode. One question per screen."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import flet as ft

from app.context import App
from app.core.address import is_address, tidy_address
from app.core.errors import WeakPasscode
from app.features.welcome.aside import OlderRecords
from app.features.welcome.commands import choose_language, choose_size, join
from app.features.welcome.opening import column
from app.features.welcome.reported import reported_lost
from app.features.welcome.restore import RestoreForm
from app.features.welcome.rules import judge_passcode, read_invitation
from app.features.welcome.whose import somebody_else, whose
from app.ui.failures import explain
from app.ui.hooks import boundary, use_app, use_look, use_typed, use_words
from app.ui.look import BETWEEN
from app.ui.strings import Words
from app.ui.widgets import (
    Choice,
    HelpButton,
    LinkButton,
    Notice,
    PrimaryButton,
    ProgressLine,
    QuietButton,
    TextInput,
    body,
    glyph,
    heading,
    small,
)
from sync.protocol.errors import BadCode, Offline

LANGUAGES = (("en", "English"), ("es", "Español"))
SIZES = (("1.0", "welcome.size_usual"), ("1.5", "welcome.size_large"), ("2.0", "welcome.size_largest"))


@dataclass(frozen=True)
class Form:
    """What was said so far, and what was wrong with it. `field` names the field the error belongs to."""

    server: str = ""
    code: str = ""
    step: str = "hello"
    field: str = ""
    error: str = ""


Turn = Callable[[Form], None]


@ft.component
@boundary
def WelcomeScreen() -> ft.Control:
    """Joining a clinic: one step after the other, and back."""
    app = use_app()
    server = tidy_address(os.environ.get("EVENKEEL_SERVER", ""))
    form, turn = ft.use_state(Form(server=server, step="clinic" if app.vault.exists else "hello"))
    steps = {"hello": HelloStep, "clinic": ClinicStep, "passcode": PasscodeStep, "restore": RestoreStep}
    step = steps[form.step](form, turn, key=form.step)
    return Sheet(column(*whose(), step, *somebody_else()))


def Sheet(content: ft.Control) -> ft.Control:
    """A page without a record behind it: nothing but what is asked."""
    look = use_look()
    held = ft.Container(content, width=look.reading, padding=ft.Padding.symmetric(vertical=look.around))
    middle = ft.Column(
        [held],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
    )
    room = ft.Padding.symmetric(horizontal=look.around)
    return ft.SafeArea(ft.Container(middle, padding=room, alignment=ft.Alignment.TOP_CENTER), expand=True)


def Brand() -> ft.Control:
    """The name of the app, and Help in its corner."""
    look = use_look()
    accent, role = look.palette.accent, "card" if look.scale < 1.75 else "body"
    name = ft.Container(heading("Evenkeel", 2, role=role, colour=accent), expand=True)
    return ft.Row([glyph(ft.Icons.SAILING_OUTLINED, 28, colour=accent), name, HelpButton()], spacing=10)


@ft.component
@boundary
def HelloStep(form: Form, turn: Turn) -> ft.Control:
    """Language and text size first, then what this is."""
    app, t = use_app(), use_words()
    settings = app.settings
    size = min(SIZES, key=lambda item: abs(float(item[0]) - settings.text_scale))[0]
    languages = [(value, name, None) for value, name in LANGUAGES]
    sizes = [(value, t(name), None) for value, name in SIZES]
    return ft.Column(
        [
            Brand(),
            heading(t("welcome.title"), 1),
            *reported_lost(),
            body(t("welcome.what")),
            Choice(
                t("welcome.language"), languages, settings.language, lambda value: choose_language(app, value)
            ),
            Choice(t("welcome.size"), sizes, size, lambda value: choose_size(app, float(value))),
            Notice("info", t("welcome.nobody_watches")),
            PrimaryButton(t("welcome.start"), lambda: turn(replace(form, step="clinic"))),
            ft.Row([LinkButton(t("restore.have"), lambda: turn(replace(form, step="restore")))], wrap=True),
            OlderRecords(),
        ],
        spacing=BETWEEN + 4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@ft.component
@boundary
def RestoreStep(form: Form, turn: Turn) -> ft.Control:
    """A record from a backup instead of a clinic."""
    t = use_words()
    return ft.Column(
        [
            Brand(),
            heading(t("restore.title"), 1),
            RestoreForm(lambda: turn(replace(form, step="hello"))),
        ],
        spacing=BETWEEN + 4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@ft.component
@boundary
def ClinicStep(form: Form, turn: Turn) -> ft.Control:
    """The clinic's address and the code it gave. With a passcode already chosen this joins at once."""
    app, t = use_app(), use_words()
    server, code = use_typed(form.server), use_typed(form.code)
    busy, start = use_join(turn)

    def press() -> None:
        said = check(form, server.text, code.text, t)
        if said.error:
            turn(said)
        elif app.vault.exists:
            start(said, "")
        else:
            turn(replace(said, step="passcode", field=""))

    wrong = {form.field: form.error} if form.error else {}
    kept = app.vault.exists
    return Steps(
        1,
        t("welcome.clinic_title"),
        body(t("welcome.clinic_text")),
        Notice("done", t("welcome.passcode_kept")) if kept else None,
        TextInput(
            t("welcome.server"), server, t("welcome.server_hint"), wrong.get("server"), autocorrect=False
        ),
        TextInput(
            t("welcome.code"),
            code,
            t("welcome.code_hint"),
            wrong.get("code"),
            autocorrect=False,
            on_submit=press,
        ),
        Ways(
            t("welcome.join" if kept else "welcome.next"),
            press,
            lambda: turn(replace(form, step="hello")),
            busy,
        ),
    )


@ft.component
@boundary
def PasscodeStep(form: Form, turn: Turn) -> ft.Control:
    """A passcode, twice; then join."""
    t = use_words()
    first, second = use_typed(), use_typed()
    busy, start = use_join(turn)

    def press() -> None:
        wrong = judge_passcode(first.text, second.text)
        if wrong:
            field = "second" if wrong == "different" else "first"
            turn(replace(form, field=field, error=t(f"welcome.passcode_{wrong}")))
        else:
            turn(replace(form, field="", error=""))
            start(form, first.text)

    wrong = {form.field: form.error} if form.error else {}
    again = t("welcome.passcode_again")
    return Steps(
        2,
        t("welcome.passcode_title"),
        body(t("welcome.passcode_text")),
        TextInput(
            t("welcome.passcode"), first, t("welcome.passcode_hint"), wrong.get("first"), password=True
        ),
        TextInput(again, second, error=wrong.get("second"), password=True, on_submit=press),
        Ways(t("welcome.join"), press, lambda: turn(replace(form, step="clinic", error="")), busy),
    )


def check(form: Form, server: str, code: str, t: Words) -> Form:
    """What was typed, tidied; with an error on the field that will not do."""
    invited = read_invitation(code)
    said = replace(form, server=invited.server or tidy_address(server), code=invited.code, error="")
    if not is_address(said.server):
        return replace(said, field="server", error=t("welcome.server_missing"))
    return said if said.code else replace(said, field="code", error=t("welcome.code_missing"))


def use_join(turn: Turn) -> tuple[bool, Callable[[Form, str], None]]:
    """Whether a try to join is under way, and what starts one."""
    app, page = use_app(), ft.context.page
    busy, set_busy = ft.use_state(False)
    running = ft.use_ref(False)

    async def run(form: Form, passcode: str) -> None:
        try:
            failed = await attempt(app, form, passcode)
        finally:
            running.current = False
            set_busy(False)
        if failed:
            turn(failed)

    def start(form: Form, passcode: str) -> None:
        if not running.current:
            running.current = True
            set_busy(True)
            page.run_task(run, form, passcode)

    return busy, start


async def attempt(app: App, form: Form, passcode: str) -> Form | None:
    """Try to join; the form with the error on the field it belongs to, or nothing when it worked."""
    t = use_words()
    try:
        await join(app, form.server, form.code, passcode)
    except Exception as error:
        told = t("welcome.offline") if isinstance(error, Offline) else explain(error, t).text
        if isinstance(error, WeakPasscode):
            return replace(form, step="passcode", field="first", error=told)
        return replace(
            form, step="clinic", field="code" if isinstance(error, BadCode) else "server", error=told
        )
    return None


def Steps(step: int, title: str, *parts: ft.Control | None) -> ft.Control:
    """One step: which one it is, its title, and what it asks."""
    t = use_words()
    head = [Brand(), small(t("welcome.step", step=step, all=2)), heading(title, 1)]
    return ft.Column(
        [*head, *(part for part in parts if part is not None)],
        spacing=BETWEEN + 4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def Ways(label: str, on: Callable[[], None], back: Callable[[], None], busy: bool) -> ft.Control:
    """The way on and the way back; while it is busy, how far it is."""
    t = use_words()
    if busy:
        return ProgressLine(t("welcome.joining"))
    buttons = [PrimaryButton(label, on), QuietButton(t("actions.back"), back)]
    return ft.Row(list(buttons), wrap=True, spacing=12, run_spacing=8)
