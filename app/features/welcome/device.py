"""The lock's other button: this computer, this phone, or finger or face. It stands beside the passcode."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.device.biometrics import Prompt
from app.features.welcome.commands import open_with_device
from app.features.welcome.opening import Opening
from app.features.welcome.queries import device_opens, device_words
from app.ui.hooks import use_app, use_words
from app.ui.strings import Words
from app.ui.widgets import QuietButton

ICONS = {
    "lock.computer": ft.Icons.COMPUTER_OUTLINED,
    "lock.phone": ft.Icons.SMARTPHONE_OUTLINED,
    "lock.person": ft.Icons.FINGERPRINT,
}


def by_device(opening: Opening, ask: Callable[[str], None]) -> list[ft.Control]:
    """The button, where the patient allowed it and the device can."""
    app, t = use_app(), use_words()
    if not device_opens(app):
        return []

    def press() -> None:
        ask("device")
        opening.run(open_with_device, app, prompt_in(t))

    way = device_words(app)
    return [QuietButton(t(way), press, ICONS[way])]


def prompt_in(t: Words) -> Prompt:
    """What the phone's own dialog says when it asks for finger or face."""
    return Prompt(
        t("lock.person_title"), t("lock.person_reason"), t("lock.person_hint"), t("lock.use_passcode")
    )
