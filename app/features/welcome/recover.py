"""Opening with the recovery code, for whom has forgotten the passcode."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.features.welcome.aside import OlderRecords
from app.features.welcome.commands import recover
from app.features.welcome.opening import Opening, Wait, column, say
from app.features.welcome.queries import has_recovery
from app.features.welcome.rules import judge_passcode
from app.ui.hooks import boundary, use_app, use_typed, use_words
from app.ui.widgets import LinkButton, Notice, PrimaryButton, ProgressLine, QuietButton, TextInput, body

Turn = Callable[[str], None]


@ft.component
@boundary
def RecoverForm(opening: Opening, turn: Turn) -> ft.Control:
    """The recovery code, and a new passcode twice."""
    app, t = use_app(), use_words()
    code, new, again = use_typed(), use_typed(), use_typed()
    wrong, set_wrong = ft.use_state(("", ""))

    def press() -> None:
        found = find_wrong(code.text, new.text, again.text)
        set_wrong(found)
        if not found[0] and not opening.left:
            opening.run(recover, app, code.text, new.text)

    if not has_recovery(app):
        back = QuietButton(t("lock.use_passcode"), lambda: turn(""))
        none = LinkButton(t("aside.none"), lambda: turn("again"))
        return column(
            Notice("info", t("lock.recover_none")),
            ft.Row([back, none], wrap=True),
            OlderRecords(lambda: turn("")),
        )
    field, key = wrong
    errors = {field: t(key)} if field else {"code": say(opening.error) or None}
    return column(
        body(t("lock.recover_text")),
        TextInput(
            t("lock.code"), code, t("lock.code_hint"), errors.get("code"), autofocus=True, autocorrect=False
        ),
        TextInput(t("lock.new"), new, t("welcome.passcode_hint"), errors.get("new"), password=True),
        TextInput(t("lock.again"), again, error=errors.get("again"), password=True, on_submit=press),
        *ways(opening, press, turn),
        OlderRecords(lambda: turn("")),
    )


def ways(opening: Opening, press: Callable[[], None], turn: Turn) -> list[ft.Control]:
    """The way in and the way back; while it works, a line that says so."""
    t = use_words()
    if opening.busy:
        return [ProgressLine(t("lock.opening"))]
    waiting = opening.left > 0
    back = LinkButton(t("lock.use_passcode"), lambda: turn(""))
    none = LinkButton(t("aside.none"), lambda: turn("again"))
    button = PrimaryButton(t("lock.open"), press, ft.Icons.LOCK_OPEN_OUTLINED, disabled=waiting)
    return [*([Wait(opening)] if waiting else []), button, ft.Row([back, none], wrap=True)]


def find_wrong(code: str, new: str, again: str) -> tuple[str, str]:
    """The field that will not do, and what it says; two empty words when all will."""
    if not code.strip():
        return "code", "lock.code_missing"
    if wrong := judge_passcode(new, again):
        return "again" if wrong == "different" else "new", f"welcome.passcode_{wrong}"
    return "", ""
