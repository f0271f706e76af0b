"""A recorded double of flet-secure-storage 1.0.5: its names and arguments, and how a phone's storage fails.

The failures are those of the plugin behind it, flutter_secure_storage 10: an error comes as a RuntimeError that quotes
a PlatformException; Android takes the options of the first call of a process; with `reset_on_error`, the default, an
entry that cannot be read is deleted, and all of them when the phone's own key is no longer valid.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

ERRORS = {
    "locked": "Unexpected security result code, User interaction is not allowed., -25308",
    "invalidated": "Exception encountered, Migration failed after algorithm change (Invalid key), null",
    "unreadable": "Exception encountered, Bad padding, null",
    "no screen lock": "Unexpected security result code, The passcode is not set., -25293",
}


class KeychainAccessibility(Enum):
    """When the iOS Keychain gives an item away."""

    PASSCODE = "passcode"
    UNLOCKED = "unlocked"
    UNLOCKED_THIS_DEVICE = "unlocked_this_device"
    FIRST_UNLOCK = "first_unlock"
    FIRST_UNLOCK_THIS_DEVICE = "first_unlock_this_device"


@dataclass
class AndroidOptions:
    """Those that we set."""

    reset_on_error: bool = True
    migrate_on_algorithm_change: bool = True
    shared_preferences_name: str | None = None


@dataclass
class IOSOptions:
    """Those that we set."""

    account_name: str | None = "flet_secure_storage_service"
    accessibility: KeychainAccessibility | None = KeychainAccessibility.UNLOCKED
    synchronizable: bool = False


class Phone:
    """One phone, and the package as it is there: what it keeps, what is wrong with it, and which options count."""

    AndroidOptions: ClassVar = AndroidOptions
    IOSOptions: ClassVar = IOSOptions
    KeychainAccessibility: ClassVar = KeychainAccessibility

    def __init__(self) -> None:
        self.held: dict[str, str] = {"another app's": "secret"}
        self.trouble = ""
        self.counting: AndroidOptions | None = None

    def SecureStorage(
        self, *, ios_options: IOSOptions | None = None, android_options: AndroidOptions | None = None
    ) -> SecureStorage:
        """The service, as a window makes it."""
        return SecureStorage(self, ios_options or IOSOptions(), android_options or AndroidOptions())

    def restart(self) -> None:
        """The process ends; the next one's first options count."""
        self.counting = None


class SecureStorage:
    """The service: three of its methods, with its argument names."""

    def __init__(self, phone: Phone, ios_options: IOSOptions, android_options: AndroidOptions) -> None:
        self.phone, self.ios_options, self.android_options = phone, ios_options, android_options

    async def get(self, key: str, **options: Any) -> str | None:
        """The value, or None."""
        await self._begin()
        if key in self.phone.held and self.phone.trouble == "unreadable":
            if not self._resets:
                raise platform_error("unreadable")
            del self.phone.held[key]
        return self.phone.held.get(key)

    async def set(self, key: str, value: Any, **options: Any) -> None:
        """Keep a value."""
        await self._begin()
        if self.phone.trouble == "no screen lock":
            raise platform_error(self.phone.trouble)
        self.phone.held[key] = value

    async def remove(self, key: str, **options: Any) -> None:
        """Forget a value; one that is not there is fine."""
        await self._begin()
        self.phone.held.pop(key, None)

    @property
    def _resets(self) -> bool:
        assert self.phone.counting
        return self.phone.counting.reset_on_error

    async def _begin(self) -> None:
        phone = self.phone
        phone.counting = phone.counting or self.android_options
        if phone.trouble == "silent":
            await asyncio.Event().wait()
        if phone.trouble == "invalidated" and self._resets:
            phone.held.clear()
            phone.trouble = ""
        if phone.trouble in ("locked", "invalidated"):
            raise platform_error(phone.trouble)


def platform_error(trouble: str) -> RuntimeError:
    """What Flet raises for an error on the other side."""
    return RuntimeError(f"PlatformException({ERRORS[trouble]}, null)")
