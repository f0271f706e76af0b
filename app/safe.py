"""Vault and store together: what opens the record, locks it, changes what opens it, and ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from app.aside import drop_all, keep_keys
from app.core.errors import KeyringMissing, NotRecognised, StoreDamaged, VaultDamaged
from app.device.biometrics import Answer, Biometrics, Prompt
from app.store import Store, erase_files, has_files, open_store
from app.store.snapshots import forget_snapshots
from app.store.swap import settle
from app.vault import Vault, check
from app.vault.keyring import Keystore, open_keystore


class Safe:
    """The record of one profile. `store` is there while `is_open`; stretching a passcode runs in a thread.

    One door: however many windows ask at once, it opens, or is founded, once.
    """

    store: Store

    def __init__(
        self,
        folder: Path,
        vault: Vault,
        now: Callable[[], datetime],
        views: Mapping[str, str] | None,
        indices: Mapping[str, str] | None,
    ) -> None:
        self.folder, self.vault, self.now = folder, vault, now
        self._views, self._indices = views, indices
        self._door = asyncio.Lock()
        self.is_open = self.on_phone = False
        self.biometrics: Biometrics | None = None
        settle(folder)

    def entered(self) -> None:
        """The record is open."""

    def leaving(self) -> None:
        """The record is about to close."""

    def left(self) -> None:
        """The record is closed."""

    def met(self) -> None:
        """It is known what this device can do."""

    # --- what the device lends

    @property
    def asks_person(self) -> bool:
        """Must the phone see finger or face before its keystore opens the record?"""
        return False

    async def meet_phone(self, keystore: Keystore, biometrics: Biometrics | None) -> None:
        """The app runs on a phone, and its window is there. Its keystore is used if it proves to keep a secret."""
        self.on_phone = True
        self.biometrics = biometrics if biometrics and await biometrics.can() != Answer.unavailable else None
        with contextlib.suppress(KeyringMissing):
            self.vault.keystore = await asyncio.to_thread(open_keystore, keystore)
        self.met()

    async def recognise(self, prompt: Prompt | None) -> None:
        """Have the phone look who holds it. Raises NotRecognised with the answer, unless it is a yes."""
        known = await self.biometrics.ask(prompt) if self.biometrics and prompt else Answer.unavailable
        if known != Answer.yes:
            raise NotRecognised(known.value)

    # --- opening and closing

    @property
    def locked(self) -> bool:
        """There is a record here, and it is closed."""
        return self.vault.exists and not self.is_open

    async def unlock(self, passcode: str) -> None:
        """Open with the passcode. Raises a VaultError or StoreError."""
        async with self._door:
            if self.is_open:
                return
            keys = await asyncio.to_thread(self.vault.unlock, passcode)
            self.enter(keys)
            await asyncio.to_thread(self.vault.strengthen, self._settled(keys), passcode)

    async def unlock_with_device(self, prompt: Prompt | None = None) -> bool:
        """Open with the system's keystore; False when that way is not there. Raises NotRecognised for a phone's no."""
        if self.asks_person and not self.is_open:
            await self.recognise(prompt)
        async with self._door:
            if not self.is_open and (keys := await asyncio.to_thread(self.vault.unlock_with_keystore)):
                self.enter(keys)
        return self.is_open

    async def unlock_with_recovery(self, code: str, passcode: str) -> None:
        """Open with the recovery code, and choose a new passcode. Raises a VaultError or StoreError."""
        check(passcode)
        async with self._door:
            keys = await asyncio.to_thread(self.vault.unlock_with_recovery, code)
            if not self.is_open:
                self.enter(keys)
            await asyncio.to_thread(self.vault.change_passcode, self._settled(keys), passcode)

    async def open_or_found(self, passcode: str) -> None:
        """Open with the passcode, or found the vault with it. Raises VaultDamaged for a database without its vault."""
        if self.vault.exists:
            self.enter(await asyncio.to_thread(self.vault.unlock, passcode))
            return
        if has_files(self.folder):
            raise VaultDamaged()
        key = await asyncio.to_thread(self.vault.create, passcode)
        self.enter((key,))
        await asyncio.to_thread(self.vault.trust_device, key)

    def enter(self, keys: tuple[bytes, ...]) -> None:
        """Open the store with the newest key that fits. Two keys mean that a rotation was cut short: settle it."""
        if self.vault.is_founded and not has_files(self.folder):
            raise StoreDamaged()
        fitting = self._open_with(keys)
        self.vault.found()
        if len(keys) > 1:
            self.vault.end_rotation(renewed=fitting > 0)
        self.is_open = True
        self.entered()

    def _open_with(self, keys: tuple[bytes, ...]) -> int:
        for place in reversed(range(len(keys))):
            try:
                self.store = open_store(self.folder, keys[place], self.now, self._views, self._indices)
            except StoreDamaged:
                if place == 0:
                    raise
                continue
            return place
        raise StoreDamaged()

    def _settled(self, keys: tuple[bytes, ...]) -> bytes:
        """The key of the open files. A rotation that failed half-way is ended first, or the other key would be kept."""
        if len(keys) == 1 or not self.is_open:
            return keys[-1]
        renewed = self.store.is_under(keys[-1])
        self.vault.end_rotation(renewed)
        return keys[-1] if renewed else keys[0]

    def lock(self) -> None:
        """Close the store and forget the key; nothing of the record stays readable."""
        if self.is_open:
            self.leaving()
            self.store.close()
            self.is_open = False
            self.left()

    # --- changing what opens it

    async def change_passcode(self, old: str, new: str) -> None:
        """Choose a new passcode. Raises a VaultError."""
        check(new)
        async with self._door:
            key = self._settled(await asyncio.to_thread(self.vault.unlock, old))
            await asyncio.to_thread(self.vault.change_passcode, key, new)

    async def make_recovery(self, passcode: str) -> str:
        """A new recovery code, to be shown once. Raises a VaultError."""
        async with self._door:
            key = self._settled(await asyncio.to_thread(self.vault.unlock, passcode))
            return await asyncio.to_thread(self.vault.make_recovery, key)

    async def trust_device(self, passcode: str, trusted: bool) -> bool:
        """Let the system's keystore open the record, or stop it. Says whether it does now. Raises a VaultError."""
        async with self._door:
            key = self._settled(await asyncio.to_thread(self.vault.unlock, passcode))
            if not trusted:
                await asyncio.to_thread(self.vault.distrust_device)
            return trusted and await asyncio.to_thread(self.vault.trust_device, key)

    async def rotate_key(self, passcode: str) -> str:
        """Encrypt the whole record anew under a new key. Returns the new recovery code. Raises a VaultError."""
        async with self._door:
            self._settled(await asyncio.to_thread(self.vault.unlock, passcode))
            keep_keys(self.folder)
            key, code = await asyncio.to_thread(self.vault.begin_rotation, passcode)
            try:
                self.store.rekey(key)
            finally:
                self.vault.end_rotation(renewed=self.store.is_under(key))
            forget_snapshots(self.folder)
        return code

    async def erase(self) -> None:
        """Sign out and erase: the keys first, so that nothing opens what may remain of the files; then the files.

        Records that were set aside go too.
        """
        async with self._door:
            await self._erase()

    async def _erase(self) -> None:
        self.lock()
        await asyncio.to_thread(self._destroy)
        self.left()

    def _destroy(self) -> None:
        self.vault.erase()
        drop_all(self.folder, self.vault.keystore)
        erase_files(self.folder)
