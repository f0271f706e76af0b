"""What a phone lends the app once its window is there; on computers nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import flet as ft

from app.device.biometrics import phone_biometrics
from app.device.conditions import phone_lookout
from app.device.keystore import phone_keystore

if TYPE_CHECKING:
    from app.context import App


def look_out(page: ft.Page, app: App, kit: Any = None) -> Callable[[], None]:
    """Tell this app what network and battery of the phone allow, until what is returned is called."""
    lookout = phone_lookout(page, app.consider, kit)
    return page.run_task(lookout.watch).cancel if lookout else lambda: None


def meet(page: ft.Page, app: App, *kits: Any) -> None:
    """Lend this app the phone's keystore, and its look at finger or face. Once per window and app, while it draws."""
    if keystore := phone_keystore(page, *kits[:1]):
        page.run_task(app.meet_phone, keystore, phone_biometrics(page, *kits[1:]))
