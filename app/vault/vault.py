"""The vault of one profile: a random data key, wrapped by passcode, keystore and recovery code.

Any wrap opens it; losing one is not losing the record. Wrong passcodes cost growing delays, counted in the
envelope before the try so that killing the app refunds nothing. Nothing is ever erased for a wrong passcode.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.core.errors import (
    NoVault,
    TooManyTries,
    VaultError,
    VaultExists,
    WeakPasscode,
    WrongCode,
    WrongPasscode,
)
from app.vault import envelope, keys, recovery
from app.vault.former import open_former, seal_former
from app.vault.keyring import Keystore, forget, recall, remember
from app.vault.throttle import NONE, counted, remaining, uptime

SHORTEST = 6
Envelope = dict[str, Any]


class Vault:
    """Keys of the profile in `folder`. `keystore` is None where the machine has no safe place for keys."""

    def __init__(
        self,
        folder: Path,
        keystore: Keystore | None = None,
        *,
        up: Callable[[], float] = uptime,
        fast: bool = False,
    ) -> None:
        self.folder, self.keystore, self.up, self.fast = folder, keystore, up, fast

    @property
    def exists(self) -> bool:
        """True once a passcode was chosen."""
        return (self.folder / envelope.FILE).exists()

    @property
    def ways(self) -> frozenset[str]:
        """The wraps there are: passcode, device, recovery."""
        return frozenset(envelope.load(self.folder)["wraps"])

    @property
    def is_founded(self) -> bool:
        """True once the database was there: from then on, finding none is damage and not a beginning."""
        return bool(envelope.load(self.folder).get("founded"))

    def found(self) -> None:
        """The database is there."""
        if not self.is_founded:
            envelope.save(self.folder, {**envelope.load(self.folder), "founded": True})

    # --- opening

    def create(self, passcode: str) -> bytes:
        """Make the data key and wrap it. Returns the key. Raises WeakPasscode, VaultExists."""
        check(passcode)
        if self.exists:
            raise VaultExists()
        key, id = keys.make_key(), secrets.token_hex(8)
        wraps = {"passcode": self._under_passcode(key, passcode, id)}
        envelope.save(self.folder, {"format": 1, "id": id, "wraps": wraps, "tries": dict(NONE)})
        return key

    def unlock(self, passcode: str) -> tuple[bytes, ...]:
        """The data key; during a rotation the new one behind it. Raises NoVault, TooManyTries, WrongPasscode, NoArgon2.

        A passcode that cannot be stretched here was not tried, and is not counted as a try.
        """
        for group in groups(envelope.load(self.folder)):
            keys.stretching(group["passcode"]["kdf"])
        held = self._counted()
        found = [self._with_passcode(group, passcode, held["id"]) for group in groups(held)]
        opened = tuple(key for key in found if key)
        if not opened:
            raise WrongPasscode()
        self._forgive(held)
        return opened

    def unlock_with_keystore(self) -> tuple[bytes, ...]:
        """The data key from the system's keystore; empty when that way is not there or does not work."""
        try:
            held = envelope.load(self.folder)
        except NoVault:
            return ()
        secret = recall(self.keystore, held["id"]) if self.keystore else None
        return self._with_secret(held, "device", secret) if secret else ()

    def unlock_with_recovery(self, code: str) -> tuple[bytes, ...]:
        """The data key from the recovery code, then a new passcode can be chosen. Raises WrongCode, TooManyTries."""
        held = self._counted()
        if not (opened := self._with_secret(held, "recovery", recovery.tidy(code).encode())):
            raise WrongCode()
        self._forgive(held)
        return opened

    # --- changing what opens it; the database is not touched

    def change_passcode(self, key: bytes, passcode: str) -> None:
        """Wrap the same data key under a new passcode."""
        check(passcode)
        self._rewrap("passcode", lambda id: self._under_passcode(key, passcode, id))

    def strengthen(self, key: bytes, passcode: str) -> bool:
        """Raise the stretching where it is less than this version would use; True when it was raised."""
        kdf = envelope.load(self.folder)["wraps"]["passcode"]["kdf"]
        if self.fast or not keys.is_weaker(kdf):
            return False
        self.change_passcode(key, passcode)
        return True

    def make_recovery(self, key: bytes) -> str:
        """A new recovery code, to be shown once; an older one opens nothing any more."""
        code = recovery.make_code()
        self._rewrap(
            "recovery", lambda id: self._under_secret(key, recovery.tidy(code).encode(), id, "recovery")
        )
        return code

    def trust_device(self, key: bytes) -> bool:
        """Let the system's keystore open the record; False where there is none that keeps a secret."""
        secret, id = keys.make_key(), envelope.load(self.folder)["id"]
        if not self.keystore or not remember(self.keystore, id, secret):
            return False
        self._rewrap("device", lambda id: self._under_secret(key, secret, id, "device"))
        return True

    def distrust_device(self) -> None:
        """Ask for the passcode again from now on."""
        held = envelope.load(self.folder)
        held["wraps"].pop("device", None)
        envelope.save(self.folder, held)
        if self.keystore:
            forget(self.keystore, held["id"])

    # --- a new data key: wraps of both are kept until the database is known to open with one of them

    def begin_rotation(self, passcode: str) -> tuple[bytes, str]:
        """Make a new data key and wrap it beside the old one. Returns it with its recovery code."""
        held = envelope.load(self.folder)
        key, code, id = keys.make_key(), recovery.make_code(), held["id"]
        held["next"] = {
            "passcode": self._under_passcode(key, passcode, id),
            "recovery": self._under_secret(key, recovery.tidy(code).encode(), id, "recovery"),
        }
        if "device" in held["wraps"] and self.keystore and (secret := recall(self.keystore, id)):
            held["next"]["device"] = self._under_secret(key, secret, id, "device")
        envelope.save(self.folder, held)
        return key, code

    def end_rotation(self, renewed: bool, kept: bytes = b"", former: tuple[bytes, ...] = ()) -> None:
        """The database opens with the new key (`renewed`) or still with the old one: keep those wraps alone.

        `former` are the keys that databases set aside may need; they lie under `kept`, the key that stays.
        """
        held = envelope.load(self.folder)
        following = held.pop("next", None)
        if renewed and following:
            held["wraps"] = following
        self._save_with_former(held, kept, former)

    def former(self, key: bytes) -> tuple[bytes, ...]:
        """The data keys before this one that are remembered, oldest first; none with another key. Raises VaultError."""
        return open_former(envelope.load(self.folder), key)

    def with_former(self, found: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """These keys, the newest last, and in front of them every former one they open. Raises VaultError."""
        held = envelope.load(self.folder)
        before = [old for key in found for old in open_former(held, key)]
        return (*(old for old in dict.fromkeys(before) if old not in found), *found)

    def forget_former(self) -> None:
        """Nothing that was set aside needs a former key any more."""
        if "former" in (held := envelope.load(self.folder)):
            self._save_with_former(held, b"", ())

    def erase(self) -> None:
        """Destroy every wrap, then the keystore's secret. Nothing opens the database afterwards."""
        keystore, name = self.keystore, self._name()
        envelope.destroy(self.folder)
        if keystore and name:
            forget(keystore, name)

    # --- inside

    def _name(self) -> str | None:
        """What the keystore knows this vault by; None where the envelope cannot be read."""
        try:
            return str(envelope.load(self.folder)["id"])
        except VaultError:
            return None

    def _counted(self) -> Envelope:
        held, up = envelope.load(self.folder), self.up()
        if wait := remaining(held["tries"], up):
            raise TooManyTries(max(1, round(wait)))
        held["tries"] = counted(held["tries"], up)
        envelope.save(self.folder, held)
        return held

    def _save_with_former(self, held: Envelope, key: bytes, former: tuple[bytes, ...]) -> None:
        held.pop("former", None)
        envelope.save(self.folder, {**held, **seal_former(former, key, held["id"])})

    def _forgive(self, held: Envelope) -> None:
        """The try was right. An envelope that took this one's place meanwhile keeps its own count."""
        now = envelope.load(self.folder)
        if (now["id"], now["sum"]) == (held["id"], held["sum"]):
            envelope.save(self.folder, {**now, "tries": dict(NONE)})

    def _with_passcode(self, group: dict[str, keys.Wrap], passcode: str, id: str) -> bytes | None:
        wrapped = group["passcode"]
        return keys.unwrap(wrapped, keys.derive_passcode_key(passcode, wrapped["kdf"]), id)

    def _with_secret(self, held: Envelope, purpose: str, secret: bytes) -> tuple[bytes, ...]:
        under = keys.derive_key(secret, purpose)
        wraps = [group[purpose] for group in groups(held) if purpose in group]
        return tuple(key for wrap in wraps if (key := keys.unwrap(wrap, under, held["id"])))

    def _rewrap(self, purpose: str, make: Callable[[str], keys.Wrap]) -> None:
        held = envelope.load(self.folder)
        held["wraps"][purpose] = make(held["id"])
        envelope.save(self.folder, held)

    def _under_passcode(self, key: bytes, passcode: str, id: str) -> keys.Wrap:
        kdf = keys.make_kdf(fast=True) if self.fast else keys.make_kdf(passes=keys.calibrate())
        under = keys.derive_passcode_key(passcode, kdf)
        return keys.wrap(key, under, id, {"purpose": "passcode", "kdf": kdf})

    def _under_secret(self, key: bytes, secret: bytes, id: str, purpose: str) -> keys.Wrap:
        return keys.wrap(key, keys.derive_key(secret, purpose), id, {"purpose": purpose})


def groups(held: Envelope) -> list[dict[str, keys.Wrap]]:
    """The wraps of the data key, and of the next one during a rotation."""
    return [held["wraps"], held["next"]] if "next" in held else [held["wraps"]]


def check(passcode: str) -> None:
    """Raises WeakPasscode for a passcode that is too short or one sign repeated."""
    if len(passcode.strip()) < SHORTEST or len(set(passcode.strip())) < 2:
        raise WeakPasscode()
