"""Joining the clinic, and opening the record. Two windows that ask for the same thing do it once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from weakref import WeakKeyDictionary

from app import mend
from app.context import App
from app.core.errors import NotRecognised, RuleBroken, VaultDamaged
from app.device.biometrics import Prompt
from app.places import drop_arrival, new_file
from app.store.backup import said_plainly

Way = Callable[[App], tuple[bytes, ...]]
Found = TypeVar("Found")
_turns: WeakKeyDictionary[App, asyncio.Lock] = WeakKeyDictionary()


async def join(app: App, server: str, code: str, passcode: str) -> None:
    """Join the clinic at this address. Raises a SyncError, or WeakPasscode; a second try keeps the passcode."""
    async with _turn(app):
        if not (app.is_open and app.is_enrolled):
            await app.enrol(server, code, passcode)


async def open_record(app: App, passcode: str) -> None:
    """Open the record on this device. Raises a VaultError or a StoreError."""
    async with _turn(app):
        if not app.is_open:
            await app.unlock(passcode)


async def open_with_device(app: App, prompt: Prompt) -> None:
    """Open the record with this device's keystore. Raises RuleBroken when that does not work."""
    async with _turn(app):
        try:
            opened = app.is_open or await app.unlock_with_device(prompt)
        except NotRecognised as answer:
            raise RuleBroken(f"lock.person_{answer.args[0]}") from answer
        if not opened:
            raise RuleBroken("lock.phone_failed" if app.on_phone else "lock.computer_failed")


async def recover(app: App, code: str, passcode: str) -> None:
    """Open the record with the recovery code; from then on this passcode opens it. Raises a VaultError."""
    async with _turn(app):
        await app.unlock_with_recovery(code, passcode)


# --- on a bad day: each takes the record as it lies, and none while it is open: then they raise StoreBusy


def way_of(command: Callable[..., object], *given: str) -> Way:
    """The way to the keys that the patient just took, for looking at a record that does not open."""
    if command is open_record:
        return lambda app: app.vault.unlock(given[0])
    if command is recover:
        return lambda app: app.vault.unlock_with_recovery(given[0])
    return lambda app: app.vault.unlock_with_keystore()


async def look_over(app: App, way: Way, progress: mend.Progress, stop: mend.Stop) -> mend.Report:
    """Look at every page. Raises StoreDamaged when not one can be read, BackupStopped."""
    return await _at_rest(app, lambda: mend.look_over(app.folder, way(app), progress, stop))


async def save_what_reads(app: App, way: Way, progress: mend.Progress, stop: mend.Stop) -> mend.Saved:
    """Put what still reads in the place of the damaged record. Raises a StoreError or VaultError."""
    return await _at_rest(app, lambda: mend.save_what_reads(app.folder, way(app), app.now, progress, stop))


async def put_copy_back(app: App, way: Way, name: str, progress: mend.Progress) -> None:
    """Put the copy from before an update back. Raises a StoreError or VaultError."""
    await _at_rest(app, lambda: mend.put_copy_back(app.folder, way(app), name, app.now, progress))


async def copy_for_support(app: App, way: Way, folder: Path) -> tuple[Path, str | None]:
    """Write the copy for support; says where it lies, and the code that opens it unless the vault is damaged."""
    name = f"Evenkeel-support-{app.now().astimezone(app.zone):%Y-%m-%d}"

    def make(out: Path) -> str | None:
        try:
            found = way(app)
        except VaultDamaged:
            found = ()
        return mend.copy_for_support(app.folder, found, out, app.now)

    with said_plainly(), new_file(folder, name, ".tar") as out:
        return out, await _at_rest(app, lambda: make(out))


async def restore(
    app: App, source: Path, passphrase: str, passcode: str, progress: mend.Progress, stop: mend.Stop
) -> None:
    """Bring a backup back to this device. A record that is here already, closed, is set aside and kept.

    Whatever fails, the device is as it was. Raises a BackupError, WeakPasscode, StoreFull.
    """
    await mend.restore_backup(app, source, passphrase, passcode, progress, stop, instead=True)
    drop_arrival(source)


async def start_again(app: App) -> None:
    """Set the record aside, locked and whole, so that a new one can begin. Raises a StoreError."""
    await _at_rest(app, lambda: mend.set_aside(app.folder, app.now))
    app.left()


async def bring_back(app: App, name: str) -> None:
    """Put a record that was set aside in its place again; one that is here goes aside. Raises an AppError."""
    await _at_rest(app, lambda: mend.bring_back(app.folder, name, app.now))
    app.left()


async def drop(app: App, name: str, passcode: str = "") -> None:
    """Erase a record that was set aside, for good: with its passcode, or a week later. Raises an AppError."""
    await _at_rest(app, lambda: mend.drop_own(app.folder, name, app.vault, passcode, app.now))
    app.left()


async def _at_rest(app: App, work: Callable[[], Found]) -> Found:
    """Work on the closed record's files in a thread, and nobody opens it meanwhile."""
    return await app.while_closed(lambda: asyncio.to_thread(work))


def _turn(app: App) -> asyncio.Lock:
    """One at a time, whichever window asks."""
    return _turns.setdefault(app, asyncio.Lock())


def choose_language(app: App, language: str) -> None:
    """Speak this language from now on."""
    app.change_settings(language=language)


def choose_size(app: App, scale: float) -> None:
    """Write this large from now on."""
    app.change_settings(text_scale=scale)
