"""What the patient can change about the app on this device, and what opens their record."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakSet

from app.context import App
from app.core.errors import NotRecognised, RuleBroken, StoreError, StoreFull
from app.device.biometrics import Prompt
from app.mend import Counts, Progress, Stop, make_backup
from app.places import new_file
from app.store.backup import said_plainly
from app.vault import check
from sync.client import own_devices
from sync.client.transport import Transport
from sync.protocol.errors import Offline

_copying: WeakSet[App] = WeakSet()


def set_up(app: App, **changes: Any) -> None:
    """Change language, text size, theme, contrast, motion, "work offline", or the times after which it locks.

    Raises StoreFull when it acts but could not be kept.
    """
    app.change_settings(**changes)


def allow_wipe(app: App, may: bool) -> None:
    """Say whether the clinic may have the record erased when this device is reported lost. Raises a StoreError."""
    app.wipe_if_lost(may)


async def end_device(app: App, id: str) -> None:
    """End another device's access to the clinic; what is on it stays. Raises a SyncError."""
    await own_devices.end_device(_way(app), id)
    app.wake()


async def report_lost(app: App, id: str) -> None:
    """Tell the clinic that another device is lost: it erases the record when it next asks. Raises a SyncError."""
    await own_devices.report_lost(_way(app), id)
    app.wake()


def _way(app: App) -> Transport:
    """The way to the clinic. Raises Offline while this device keeps to itself."""
    if app.engine is None or app.settings.offline:
        raise Offline()
    return app.engine.transport


def lock_now(app: App) -> None:
    """Close the record until the passcode is given."""
    app.lock()


async def choose_passcode(app: App, old: str, new: str, again: str) -> None:
    """Open with another passcode from now on. Raises a VaultError or RuleBroken."""
    _asked(old)
    if new != again:
        raise RuleBroken("keys.different")
    await app.change_passcode(old, new)


async def make_recovery(app: App, passcode: str) -> str:
    """A new recovery code; an older one opens nothing any more. Raises a VaultError or RuleBroken."""
    _asked(passcode)
    return await app.make_recovery(passcode)


async def trust_device(app: App, passcode: str, trusted: bool) -> None:
    """Open without the passcode on this device, or stop that. Raises a VaultError or RuleBroken."""
    _asked(passcode)
    works = await app.trust_device(passcode, trusted)
    app.change_settings(trust=works)
    if trusted and not works:
        raise RuleBroken("keys.phone_failed" if app.on_phone else "keys.computer_failed")


async def ask_for_person(app: App, wanted: bool, prompt: Prompt) -> None:
    """Have the phone see finger or face before it opens the record, or no longer. Raises RuleBroken for its no."""
    try:
        await app.recognise(prompt)
    except NotRecognised as answer:
        raise RuleBroken(f"keys.person_{answer.args[0]}") from answer
    app.change_settings(biometric=wanted)


async def renew_key(app: App, passcode: str) -> str:
    """Encrypt the record under a new key. Returns the new recovery code. Raises a VaultError or RuleBroken."""
    _asked(passcode)
    try:
        return await app.rotate_key(passcode)
    except StoreError as error:
        if type(error) is StoreError:  # the engine said no, and not for a reason that has words of its own
            raise RuleBroken("keys.key_refused") from error
        raise


async def keep_copy(
    app: App, place: str, passphrase: str, again: str, progress: Progress, stop: Stop
) -> tuple[Path, Counts]:
    """Write a backup into this folder, under a name that is free; says where, and rows of each table.

    One copy at a time. Raises WeakPasscode, RuleBroken, BackupStopped, StoreFull, BackupError.
    """
    check(passphrase)
    if passphrase != again:
        raise RuleBroken("backup.different")
    folder = Path(place.strip()).expanduser()
    if not (place.strip() and folder.is_dir()):
        raise RuleBroken("backup.no_folder")
    today = f"{app.now().astimezone(app.zone):%Y-%m-%d}"
    with one_at_a_time(app), said_plainly(), new_file(folder, f"Evenkeel-backup-{today}", ".evenkeel") as out:
        return out, await asyncio.to_thread(make_backup, app, out, passphrase, progress, stop)


@contextlib.contextmanager
def one_at_a_time(app: App) -> Iterator[None]:
    """Inside, this record is being copied. Raises RuleBroken for a second copy meanwhile, whichever window asks."""
    if app in _copying:
        raise RuleBroken("backup.busy")
    _copying.add(app)
    try:
        yield
    finally:
        _copying.discard(app)


def note_copy(app: App) -> None:
    """Remember when the last copy was made."""
    if app.is_open:
        app.store.keep(last_backup_at=app.now().isoformat())


async def erase_all(app: App) -> None:
    """Sign out: keys, record and what waits to be sent leave this device. Language and text size stay."""
    with contextlib.suppress(StoreFull):
        app.change_settings(trust=False)
    await app.erase()


def _asked(passcode: str) -> None:
    """A forgotten field is no wrong try."""
    if not passcode.strip():
        raise RuleBroken("keys.missing")
