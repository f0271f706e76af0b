"""Joining the clinic, and opening the record. Two windows that ask for the same thing do it once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary

from app import mend
from app.context import App
from app.core.errors import NotRecognised, RuleBroken, VaultDamaged
from app.device.biometrics import Prompt
from app.places import drop_arrival, free_name
from app.store import has_files
from app.store.backup import check_backup, said_plainly
from app.vault import check, keys

Way = Callable[[App], tuple[bytes, ...]]
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


# --- on a bad day: each takes the record as it lies, closed


def way_of(command: Callable[..., object], *given: str) -> Way:
    """The way to the keys that the patient just took, for looking at a record that does not open."""
    if command is open_record:
        return lambda app: app.vault.unlock(given[0])
    if command is recover:
        return lambda app: app.vault.unlock_with_recovery(given[0])
    return lambda app: app.vault.unlock_with_keystore()


async def look_over(app: App, way: Way, progress: mend.Progress, stop: mend.Stop) -> mend.Report:
    """Look at every page. Raises StoreDamaged when not one can be read, BackupStopped."""
    return await asyncio.to_thread(lambda: mend.look_over(app.folder, way(app), progress, stop))


async def save_what_reads(app: App, way: Way, progress: mend.Progress, stop: mend.Stop) -> mend.Saved:
    """Put what still reads in the place of the damaged record. Raises a StoreError or VaultError."""
    return await asyncio.to_thread(
        lambda: mend.save_what_reads(app.folder, way(app), app.now, progress, stop)
    )


async def put_copy_back(app: App, way: Way, name: str, progress: mend.Progress) -> None:
    """Put the copy from before an update back. Raises a StoreError or VaultError."""
    await asyncio.to_thread(lambda: mend.put_copy_back(app.folder, way(app), name, app.now, progress))


async def copy_for_support(app: App, way: Way, folder: Path) -> tuple[Path, str | None]:
    """Write the copy for support; says where it lies, and the code that opens it unless the vault is damaged."""
    out = free_name(folder, f"Evenkeel-support-{app.now().astimezone(app.zone):%Y-%m-%d}", ".tar")

    def make() -> str | None:
        try:
            found = way(app)
        except VaultDamaged:
            found = ()
        return mend.copy_for_support(app.folder, found, out, app.now)

    return out, await asyncio.to_thread(make)


async def restore(
    app: App, source: Path, passphrase: str, passcode: str, progress: mend.Progress, stop: mend.Stop
) -> None:
    """Bring a backup back to this device. A record that is here already, closed, is set aside and kept.

    Whatever fails, the device is as it was. Raises a BackupError, WeakPasscode, StoreFull.
    """
    check(passcode)
    aside = ""
    if app.vault.exists or has_files(app.folder):
        await asyncio.to_thread(prove, source, passphrase, progress, stop)
        aside = (await asyncio.to_thread(mend.set_aside, app.folder, app.now)).name
    try:
        await mend.restore_backup(app, source, passphrase, passcode, progress, stop)
    except BaseException:
        if aside and not app.vault.exists:
            mend.bring_back(app.folder, aside, app.now)
        raise
    drop_arrival(source)


def prove(source: Path, passphrase: str, progress: mend.Progress, stop: mend.Stop) -> None:
    """Read a backup from end to end, so that nothing is moved for one that will not do. Raises a BackupError."""
    with said_plainly(), source.open("rb") as file:
        check_backup(file, passphrase, keys, progress=progress, stop=stop)


async def start_again(app: App) -> None:
    """Set the record aside, locked and whole, so that a new one can begin. Raises a StoreError."""
    async with _turn(app):
        await asyncio.to_thread(mend.set_aside, app.folder, app.now)
    app.left()


async def bring_back(app: App, name: str) -> None:
    """Put a record that was set aside in its place again; one that is here goes aside. Raises an AppError."""
    async with _turn(app):
        await asyncio.to_thread(mend.bring_back, app.folder, name, app.now)
    app.left()


async def drop(app: App, name: str) -> None:
    """Erase a record that was set aside, for good. Raises a StoreError."""
    async with _turn(app):
        await asyncio.to_thread(mend.drop_aside, app.folder, name, app.vault.keystore)
    app.left()


def _turn(app: App) -> asyncio.Lock:
    """One at a time, whichever window asks."""
    return _turns.setdefault(app, asyncio.Lock())


def choose_language(app: App, language: str) -> None:
    """Speak this language from now on."""
    app.change_settings(language=language)


def choose_size(app: App, scale: float) -> None:
    """Write this large from now on."""
    app.change_settings(text_scale=scale)
