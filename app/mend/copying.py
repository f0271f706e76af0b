"""A backup of the open record, and a record from a backup."""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path

from app.aside import coming, going, new_aside
from app.context import App
from app.core.errors import NotEmpty, StoreError, StoreLocked
from app.store import has_files, open_store
from app.store.backup import Counts, Progress, Stop, read_backup, said_plainly, save_backup
from app.store.swap import MAKING, making, swap
from app.vault import Vault, check, keys


def make_backup(
    app: App, out: Path, passphrase: str, progress: Progress | None = None, stop: Stop | None = None
) -> Counts:
    """Write the open record to `out` under a passphrase; the app can be used meanwhile. Returns rows of each table.

    Locking the app stops it. Raises WeakPasscode, StoreLocked, BackupStopped, StoreFull, BackupError.
    """
    check(passphrase)
    if not app.is_open:
        raise StoreLocked()
    store = app.store.second()
    try:
        return save_backup(
            store,
            out,
            passphrase,
            keys,
            progress=progress,
            stop=lambda: not app.is_open or bool(stop and stop()),
        )
    finally:
        store.close()


async def restore_backup(
    app: App,
    source: Path,
    passphrase: str,
    passcode: str,
    progress: Progress | None = None,
    stop: Stop | None = None,
    *,
    instead: bool = False,
) -> Counts:
    """Make this device's record from a backup and open it; what waited waits again. Returns rows of each table.

    With `instead` a record that is here already, closed, is set aside and kept. Whatever fails, and wherever it is
    killed, the device is as it was or has the whole record. Raises NotEmpty, StoreBusy while a record is open,
    WeakPasscode, BackupWrongPassphrase, BackupDamaged, BackupNewer, BackupStopped, StoreFull.
    """

    def make() -> tuple[bytes, Counts]:
        return fill(app, source, passphrase, passcode, progress, stop, instead)

    async def restore() -> Counts:
        key, counts = await asyncio.to_thread(make)
        app.enter((key,))
        await asyncio.to_thread(app.vault.trust_device, key)
        return counts

    return await app.while_closed(restore)


def fill(
    app: App,
    source: Path,
    passphrase: str,
    passcode: str,
    progress: Progress | None,
    stop: Stop | None,
    instead: bool,
) -> tuple[bytes, Counts]:
    """A new vault and a store filled from the backup, prepared beside; at the end it goes in as the old one goes."""
    check(passcode)
    if not instead:
        refuse_a_second(app)
    with said_plainly(StoreError), making(app.folder) as made:
        vault = vault_in(made, app.vault)
        key = vault.create(passcode)
        store = open_store(made, key, app.now)
        try:
            with said_plainly(), source.open("rb") as file:
                counts = read_backup(file, passphrase, store, keys, progress=progress, stop=stop)
        finally:
            store.close()
        vault.found()
        if not instead:
            refuse_a_second(app)
        there = going(app.folder, new_aside(app.folder, app.now), whole=True)
        swap(app.folder, there + coming(app.folder, MAKING))
    return key, counts


def vault_in(folder: Path, vault: Vault) -> Vault:
    """A vault like this one in another folder."""
    other = copy.copy(vault)
    other.folder = folder
    return other


def refuse_a_second(app: App) -> None:
    """One profile, one record. Raises NotEmpty."""
    if app.vault.exists or has_files(app.folder):
        raise NotEmpty()
