"""Vault and store together: what opens the record, locks it, changes what opens it, and ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from app.aside import drop_all, needs_former_keys
from app.core.errors import (
    KeyringMissing,
    NotRecognised,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreLocked,
    VaultDamaged,
)
from app.device.biometrics import Answer, Biometrics, Prompt
from app.store import Store, erase_files, has_files, open_store
from app.store.snapshots import forget_snapshots
from app.store.swap import settle
from app.vault import Vault, check
from app.vault.envelope import begin_erasing, end_erasing
from app.vault.keyring import Keystore, open_keystore

Found = TypeVar("Found")


class Safe:
    """The record of one profile. `store` is there while `is_open`; stretching a passcode runs in a thread.

    One door: however many windows ask at once, it opens, or is founded, once; and while its files are looked at or
    moved (`while_closed`), it does not open.
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
        self.is_open = self.on_phone = self._is_left = False
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
            if self.is_open:
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
        fitting = self._open_with(self.vault.with_former(keys))
        self.vault.found()
        if len(keys) > 1:
            self._end_rotation(keys, renewed=fitting == keys[-1])
        self._bring_under(fitting if fitting in keys else keys[0])
        self.is_open = True
        self.entered()

    def _open_with(self, keys: tuple[bytes, ...]) -> bytes:
        for key in reversed(keys):
            try:
                self.store = open_store(self.folder, key, self.now, self._views, self._indices)
            except StoreDamaged:
                if key == keys[0]:
                    raise
                continue
            return key
        raise StoreDamaged()

    def _bring_under(self, key: bytes) -> None:
        """A database of an earlier key came back: encrypt it anew. One too damaged for that stays as it is.

        The earlier keys are forgotten once nothing is under them. On a full disk either waits for the next opening.
        """
        with contextlib.suppress(StoreError):
            if not self.store.is_under(key):
                self.store.rekey(key)
            if not needs_former_keys(self.folder):
                self.vault.forget_former()

    def _end_rotation(self, keys: tuple[bytes, ...], renewed: bool) -> None:
        """Keep the newest of these keys, or the oldest. What was set aside without a vault may need the others."""
        kept = keys[-1] if renewed else keys[0]
        needed = needs_former_keys(self.folder) or not self.store.is_under(kept)
        before = self.vault.with_former(keys) if needed else ()
        self.vault.end_rotation(renewed, kept, tuple(key for key in before if key != kept))

    def _settled(self, keys: tuple[bytes, ...]) -> bytes:
        """The key of the files. A rotation that failed half-way is ended first, or the other key would be kept.

        Raises StoreLocked where only the open record could say which of two keys it is.
        """
        if len(keys) == 1:
            return keys[0]
        if not self.is_open:
            raise StoreLocked()
        renewed = self.store.is_under(keys[-1])
        self._end_rotation(keys, renewed)
        return keys[-1] if renewed else keys[0]

    def lock(self) -> None:
        """Close the store and forget the key; nothing of the record stays readable."""
        if self.is_open:
            self.leaving()
            self.store.close()
            self.is_open = False
            self.left()

    # --- the files, while it is closed

    async def while_closed(self, work: Callable[[], Awaitable[Found]]) -> Found:
        """Do this while nobody can open the record or move its files. Raises StoreBusy when it is open, or was left.

        It is done to its end even if nobody waits for it any more: a thread cannot be called back.
        """

        async def inside() -> Found:
            async with self._door:
                if self.is_open or self._is_left:
                    raise StoreBusy()
                return await work()

        return await asyncio.shield(asyncio.ensure_future(inside()))

    def leave(self, then: Callable[[], None]) -> None:
        """No more work begins here. Call `then` once nothing is under way: at once, or behind what is."""
        self._is_left = True

        async def behind() -> None:
            async with self._door:
                then()

        if self._door.locked():
            self._last = asyncio.ensure_future(behind())
        else:
            then()

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
            old = self._settled(await asyncio.to_thread(self.vault.unlock, passcode))
            key, code = await asyncio.to_thread(self.vault.begin_rotation, passcode)
            try:
                self.store.rekey(key)
            finally:
                renewed = self.store.is_under(key)
                self._end_rotation((old, key) if renewed else (old,), renewed)
            forget_snapshots(self.folder)
        return code

    async def erase(self) -> None:
        """Sign out and erase: the keys first, so that nothing opens what may remain of the files; then the files.

        Records that were set aside go too.
        """
        async with self._door:
            await self._erase()
        self.left()

    async def _erase(self) -> None:
        self.lock()
        await asyncio.to_thread(self._destroy)

    def _destroy(self) -> None:
        begin_erasing(self.folder)
        self.vault.erase()
        self._destroy_files()

    def _destroy_files(self) -> None:
        """The keys are gone: what is left of the record goes, then the sign that it was to go."""
        drop_all(self.folder, self.vault.keystore)
        erase_files(self.folder)
        end_erasing(self.folder)
