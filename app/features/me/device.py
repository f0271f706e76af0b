"""Opening without the passcode, by what this computer or phone keeps; on a phone, after it saw finger or face."""

from __future__ import annotations

import flet as ft

from app.device.biometrics import Prompt
from app.features.me.commands import ask_for_person, trust_device
from app.features.me.keyforms import PasscodeForm, Turn
from app.features.me.queries import is_trusted
from app.ui.hooks import boundary, use_action, use_app, use_query, use_words
from app.ui.widgets import Notice, Section, Toggle, body


@ft.component
@boundary
def DevicePart(opened: bool, done: str, turn: Turn) -> ft.Control:
    """Opening without the passcode, where this device can keep a secret."""
    app, t = use_app(), use_words()
    use_query(lambda: app.settings, "settings")
    way = "keys.phone" if app.on_phone else "keys.computer"
    if app.vault.keystore is None:
        return Section(t(way), body(t(f"{way}_none")))
    trusted = is_trusted(app)
    wanted, gated = not trusted, app.settings.biometric

    async def trust(passcode: str) -> None:
        await trust_device(app, passcode, wanted)
        turn("computer", f"{way}_on" if wanted else "keys.computer_off")

    switch = Toggle(
        t(f"{way}_open"),
        wanted if opened else trusted,
        lambda on: turn("computer" if on is not trusted else ""),
        "" if gated else t(f"{way}_text"),
    )
    rows: list[ft.Control] = [switch]
    rows += [Notice("done", t(done))] if done else []
    verb = t("keys.computer_yes" if wanted else "keys.computer_no")
    rows += [PasscodeForm(verb, t(f"{way}_asking"), trust, turn)] if opened else []
    rows += [PersonToggle()] if trusted and app.biometrics and not opened else []
    return Section(t(way), *rows)


@ft.component
@boundary
def PersonToggle() -> ft.Control:
    """Finger or face first: chosen, and given up again, with finger or face."""
    app, t = use_app(), use_words()
    chosen = use_query(lambda: app.settings.biometric, "settings")
    words = (t("keys.person_title"), t("keys.person_reason"), t("lock.person_hint"), t("actions.cancel"))
    action = use_action(lambda on: ask_for_person(app, on, Prompt(*words)))
    switch = Toggle(t("keys.person"), chosen, action.run, t("keys.person_text"), disabled=action.busy)
    return ft.Column([switch, *([action.notice] if action.notice else [])], tight=True)
