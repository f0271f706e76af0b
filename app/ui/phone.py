"""What a phone lends the app once its window is there; on computers nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flet as ft

from app.device.biometrics import phone_biometrics
from app.device.keystore import phone_keystore

if TYPE_CHECKING:
    from app.context import App


def meet(page: ft.Page, app: App, *kits: Any) -> None:
    """Lend this app the phone's keystore, and its look at finger or face. Once per window and app, while it draws."""
    if keystore := phone_keystore(page, *kits[:1]):
        page.run_task(app.meet_phone, keystore, phone_biometrics(page, *kits[1:]))
