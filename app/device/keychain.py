"""A back end of `keyring` over the phone's keystore: what the vault asks like any other computer's keyring."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from keyring.backend import KeyringBackend
from keyring.compat import properties

from app.device.bridge import PATIENCE, ask


class Storage(Protocol):
    """What is used of `flet_secure_storage.SecureStorage`."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: Any) -> None: ...

    async def remove(self, key: str) -> None: ...


class PhoneKeystore(KeyringBackend):
    """Secrets in the Android Keystore or the iOS Keychain. To be asked from a thread; raises DeviceErrors."""

    def __init__(self, storage: Storage, loop: asyncio.AbstractEventLoop, patience: float = PATIENCE) -> None:
        super().__init__()
        self.storage, self.loop, self.patience = storage, loop, patience

    @properties.classproperty
    def priority(self) -> float:
        """Never found by itself: it needs the window it belongs to."""
        raise RuntimeError("only a window on a phone has this keystore")

    def get_password(self, service: str, username: str) -> str | None:
        """The secret under this name, or None."""
        return ask(self.loop, lambda: self.storage.get(place(service, username)), self.patience)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret under this name, in place of the one there was."""
        ask(self.loop, lambda: self.storage.set(place(service, username), password), self.patience)

    def delete_password(self, service: str, username: str) -> None:
        """Forget the secret under this name, if there is one."""
        ask(self.loop, lambda: self.storage.remove(place(service, username)), self.patience)


def place(service: str, name: str) -> str:
    """Where a secret lies: nothing else of this app or of Flet's uses the same key."""
    return f"{service}/{name}"
