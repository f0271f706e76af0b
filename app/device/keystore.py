"""The keystore of the phone this window is on. It needs the window: the phone's services answer through it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.device.keychain import PhoneKeystore

NAMESPACE = "org.evenkeel.app"
PHONES = ("android", "ios")


def is_phone(page: Any, environment: Mapping[str, str] = os.environ) -> bool:
    """Does the app itself run on a phone? A browser on one, or Flet's test client, only shows what runs elsewhere."""
    here = environment.get("FLET_PLATFORM") in PHONES
    return here and not page.web and getattr(page.platform, "value", None) in PHONES


def phone_keystore(
    page: Any, kit: Any = None, environment: Mapping[str, str] = os.environ
) -> PhoneKeystore | None:
    """The phone's keystore, not yet proven; None on computers. To be called on the page's event loop."""
    if not is_phone(page, environment):
        return None
    from app.device.keychain import PhoneKeystore

    return PhoneKeystore(make_storage(kit or storage_kit()), asyncio.get_running_loop())


def make_storage(kit: Any) -> Any:
    """The storage service with options under which nothing is erased by itself and nothing leaves this phone."""
    return kit.SecureStorage(
        android_options=kit.AndroidOptions(
            # An unreadable entry is no reason to erase all of them, which is the package's default.
            reset_on_error=False,
            # A new storage counts as one of an older algorithm; without this its first use fails.
            migrate_on_algorithm_change=True,
            shared_preferences_name=NAMESPACE,
        ),
        ios_options=kit.IOSOptions(
            account_name=NAMESPACE,
            # There while this phone has a passcode and is unlocked; never in a backup or on another device.
            accessibility=kit.KeychainAccessibility.PASSCODE,
            synchronizable=False,
        ),
    )


def storage_kit() -> Any:
    """The package that brings the service; only phones carry it."""
    import flet_secure_storage

    return flet_secure_storage
