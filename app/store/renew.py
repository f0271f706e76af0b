"""A new database file in the place of the old one: at any moment one of the two is there, whole.

First the old one comes to rest: its log is taken in and goes, and nobody else has it open, so that nothing of it can
ever be applied to the new one. The new one is written beside it and proved before it takes its place.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from app.core.disk import sync_file, sync_folder
from app.core.errors import StoreBusy, StoreDamaged, StoreFull
from app.store.engine import chosen, is_plain
from app.store.engines import Connection

NEW = ".new"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextlib.contextmanager
def at_rest(connection: Connection) -> Iterator[None]:
    """Inside, the file is whole without its log, and this connection's alone. Left by an error, all is as before.

    Raises StoreBusy when another connection has it open.
    """
    connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
    try:
        if connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete":
            raise StoreBusy()
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("PRAGMA locking_mode = NORMAL").fetchall()
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        raise


def beside(path: Path) -> Path:
    """Where the new file is written; what an earlier try left there is removed."""
    new = path.with_name(path.name + NEW)
    forget(new)
    new.touch(mode=0o600)
    return new


def forget(path: Path) -> None:
    """Remove a database file and what lies beside it."""
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def connect(path: Path, key: bytes) -> Connection:
    """A connection of this device's driver, without a log; what is temporary stays in memory."""
    connection: Connection = chosen().connect(str(path), key)
    for setting in ("temp_store = MEMORY", "secure_delete = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection


def prove(path: Path, key: bytes) -> None:
    """Read all of it again from the disk. Raises StoreDamaged."""
    connection = connect(path, key)
    try:
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok" or is_plain(path):
            raise StoreDamaged()
    finally:
        connection.close()


def settle_on_disk(new: Path) -> None:
    """Wait until the file, and that its log is gone, has reached the disk."""
    sync_file(new)
    sync_folder(new.parent)


def put_in_place(new: Path, path: Path) -> None:
    """Rename the proved file over the old one. Raises StoreBusy when a log lies beside one of them."""
    be_quiet(path, new)
    os.replace(new, path)
    with contextlib.suppress(OSError):  # it has happened; after a power cut either of the two is there
        sync_folder(path.parent)


def be_quiet(*paths: Path) -> None:
    """Raise StoreBusy when somebody still writes one of these: its log would be lost, or be applied to the other."""
    if not all(map(is_quiet, paths)):
        raise StoreBusy()


def is_quiet(path: Path) -> bool:
    """True when no log and no live journal lies beside the file. A journal that begins with a zero is not live."""
    journal = path.with_name(path.name + "-journal")
    with journal.open("rb") if journal.exists() else contextlib.nullcontext() as file:
        live = file is not None and any(file.read(1))
    return not live and not path.with_name(path.name + "-wal").exists()


@contextlib.contextmanager
def room_named() -> Iterator[None]:
    """Inside, a disk without room is StoreFull, whoever met it."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StoreFull() from error
        raise
