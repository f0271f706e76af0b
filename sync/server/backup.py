"""A copy of a clinic on SQLite, made while it serves: whole and on the disk, or not there at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sync.server.database import Database
from sync.server.errors import BackupFailed, DatabaseError, Exists, UsePgDump


def back_up(database: Database, to: Path) -> int:
    """Write the database as it stands in one moment into a new file, its owner's alone. Returns its size in bytes.

    Raises Exists, UsePgDump, BackupFailed. A file that exists is never touched; a backup that fails leaves none.
    """
    if database.postgres:
        raise UsePgDump(database.shown)
    if to.exists():
        raise Exists(to)
    part = to.with_name(f".{to.name}.part")
    try:
        _write(database, part)
        _publish(part, to)
    except (OSError, DatabaseError) as error:
        raise (Exists(to) if isinstance(error, FileExistsError) else BackupFailed(to)) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return to.stat().st_size


def _write(database: Database, part: Path) -> None:
    """What an earlier try left goes. SQLite fills an empty file, so its permissions are ours from the start."""
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    database.copy_into(part)
    _flush(part)


def _publish(part: Path, to: Path) -> None:
    """Give the finished copy its name in one step that never replaces a file."""
    try:
        os.link(part, to)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        if to.exists():
            raise FileExistsError(to) from None
        part.rename(to)
    _flush(to.parent)


def _flush(path: Path) -> None:
    """Have the disk say that it has it. Folders cannot be asked everywhere."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
