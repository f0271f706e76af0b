"""The operating system's keystore, if this machine has a real one.

A back end is used only when it is on the list and proves to keep what it is given: `keyring` also offers back ends
that fail, that keep nothing, and that write plain text. `keyring` has none for phones: there the window brings ours.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
from typing import Protocol

from app.core.errors import KeyringMissing

SERVICE = "org.evenkeel.app"
ALLOWED = {
    "keyring.backends.Windows",
    "keyring.backends.macOS",
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "app.device.keychain",
}


class Keystore(Protocol):
    """What keeps a secret under a name."""

    def get_password(self, service: str, name: str, /) -> str | None: ...

    def set_password(self, service: str, name: str, value: str, /) -> None: ...

    def delete_password(self, service: str, name: str, /) -> None: ...


def open_keystore(phone: Keystore | None = None) -> Keystore:
    """The phone's keystore, or else the system's. Raises KeyringMissing when there is none that keeps a secret."""
    back_end = phone or found_keystore()
    if type(back_end).__module__ not in ALLOWED or not keeps(back_end):
        raise KeyringMissing()
    return back_end


def found_keystore() -> Keystore:
    """What `keyring` finds on this machine, whether it is to be relied on or not."""
    import keyring
    from keyring.backends import chainer

    back_end = keyring.get_keyring()
    return back_end.backends[0] if isinstance(back_end, chainer.ChainerBackend) else back_end


def remember(keystore: Keystore, name: str, secret: bytes) -> bool:
    """Keep the secret under this name; False when the keystore refuses, or does not give back what it took."""
    try:
        keystore.set_password(SERVICE, name, base64.b64encode(secret).decode())
    except Exception:  # as in recall: the passcode still opens the record
        return False
    return recall(keystore, name) == secret


def recall(keystore: Keystore, name: str) -> bytes | None:
    """The secret under this name, or None when it is gone or the keystore does not answer."""
    try:
        found = keystore.get_password(SERVICE, name)
        return base64.b64decode(found, validate=True) if found else None
    except (
        Exception
    ):  # a locked keyring, a stopped daemon, a changed entry: the passcode still opens the record
        return None


def forget(keystore: Keystore, name: str) -> None:
    """Remove the secret; one that is gone already, or cannot be reached, is no reason to stop.

    Where an event loop runs, a thread does it: a phone's answer comes by way of the loop.
    """

    def remove() -> None:
        with contextlib.suppress(Exception):
            keystore.delete_password(SERVICE, name)

    try:
        asyncio.get_running_loop().run_in_executor(None, remove)
    except RuntimeError:
        remove()


def keeps(keystore: Keystore) -> bool:
    """True when a value written can be read again and deleted."""
    name, value = "probe-" + secrets.token_hex(8), secrets.token_hex(16)
    try:
        keystore.set_password(SERVICE, name, value)
        kept = keystore.get_password(SERVICE, name) == value
        keystore.delete_password(SERVICE, name)
    except Exception:  # a locked or half-installed keyring fails in many ways; all mean "do not rely on it"
        return False
    return kept
