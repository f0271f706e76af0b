"""The vault of one profile: a random data key, wrapped by the passcode and, where there is one, by the keystore.

Any wrap opens it; losing one is not losing the record. Wrong passcodes cost growing delays, counted in the
envelope before the try so that killing the app refunds nothing. Nothing is ever erased for a wrong passcode.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from app.core.errors import NoVault, TooManyTries, WeakPasscode, WrongPasscode
from app.vault import envelope, keys
from app.vault.keyring import SERVICE, Keystore

DELAYS = (0, 0, 0, 5, 15, 60, 300, 900, 3600)
SHORTEST = 6


class Vault:
    """Keys of the profile in `folder`. `keystore` is None where the machine has no safe place for keys."""

    def __init__(
        self, folder: Path, now: Callable[[], datetime], keystore: Keystore | None = None, fast: bool = False
    ) -> None:
        self.folder, self.now, self.keystore, self.fast = folder, now, keystore, fast

    @property
    def exists(self) -> bool:
        """True once a passcode was chosen."""
        return (self.folder / envelope.FILE).exists()

    def create(self, passcode: str) -> bytes:
        """Make the data key and wrap it. Returns the key. Raises WeakPasscode."""
        check(passcode)
        key, id = keys.make_key(), secrets.token_hex(8)
        wraps = {"passcode": self._under_passcode(key, passcode, id)}
        if self.keystore:
            wraps["device"] = self._under_keystore(key, id, self.keystore)
        envelope.save(self.folder, {"format": 1, "id": id, "wraps": wraps, "tries": 0, "not_before": 0})
        return key

    def unlock(self, passcode: str) -> bytes:
        """The data key. Raises NoVault, TooManyTries, WrongPasscode, VaultDamaged."""
        held = envelope.load(self.folder)
        self._count(held)
        wrapped = held["wraps"]["passcode"]
        key = keys.unwrap(wrapped, keys.derive_passcode_key(passcode, wrapped["kdf"]), held["id"])
        if key is None:
            raise WrongPasscode()
        envelope.save(self.folder, {**held, "tries": 0, "not_before": 0})
        return key

    def unlock_with_keystore(self) -> bytes | None:
        """The data key from the system's keystore, or None when that way is not there."""
        try:
            held = envelope.load(self.folder)
        except NoVault:
            return None
        if not self.keystore or "device" not in held["wraps"]:
            return None
        secret = self.keystore.get_password(SERVICE, held["id"])
        if secret is None:
            return None
        under = keys.derive_key(base64.b64decode(secret), "device")
        return keys.unwrap(held["wraps"]["device"], under, held["id"])

    def change_passcode(self, key: bytes, passcode: str) -> None:
        """Wrap the same data key under a new passcode; the database is not touched."""
        check(passcode)
        held = envelope.load(self.folder)
        held["wraps"]["passcode"] = self._under_passcode(key, passcode, held["id"])
        envelope.save(self.folder, held)

    def _count(self, held: dict[str, Any]) -> None:
        wait = held["not_before"] - self.now().timestamp()
        if 0 < wait <= DELAYS[-1]:
            raise TooManyTries(round(wait) or 1)
        held["tries"] += 1
        delay = DELAYS[min(held["tries"], len(DELAYS) - 1)]
        held["not_before"] = self.now().timestamp() + delay if delay else 0
        envelope.save(self.folder, held)

    def _under_passcode(self, key: bytes, passcode: str, id: str) -> keys.Wrap:
        kdf = keys.make_kdf(self.fast)
        under = keys.derive_passcode_key(passcode, kdf)
        return keys.wrap(key, under, id, {"purpose": "passcode", "kdf": kdf})

    def _under_keystore(self, key: bytes, id: str, keystore: Keystore) -> keys.Wrap:
        secret = keys.make_key()
        keystore.set_password(SERVICE, id, base64.b64encode(secret).decode())
        return keys.wrap(key, keys.derive_key(secret, "device"), id, {"purpose": "device"})


def check(passcode: str) -> None:
    """Raises WeakPasscode for a passcode that is too short or one sign repeated."""
    if len(passcode.strip()) < SHORTEST or len(set(passcode.strip())) < 2:
        raise WeakPasscode()
