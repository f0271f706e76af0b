"""The one place where SQLite's errors become ours."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from app.core.errors import StoreBusy, StoreDamaged, StoreError, StoreFull

DAMAGE = ("malformed", "not a database", "hmac", "corrupt", "vtable constructor")
ROOM = 1 << 20


def translate(error: sqlite3.Error, folder: Path | None) -> StoreError:
    """The error of ours that says what this one means. A full disk also shows as an input/output error."""
    text = str(error).lower()
    if "full" in text or ("i/o" in text and folder and shutil.disk_usage(folder).free < ROOM):
        return StoreFull()
    if "locked" in text:
        return StoreBusy()
    return StoreDamaged() if any(word in text for word in DAMAGE) else StoreError()


def place_of(db: Database) -> Path | None:
    """The folder that a database lies in; None in memory."""
    file: str = db.execute("PRAGMA database_list").fetchone()[2]
    return Path(file).parent if file else None


@contextlib.contextmanager
def plainly(folder: Path | None) -> Iterator[None]:
    """Inside, the database's errors come out as ours; programming mistakes stay what they are."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError) or "no such" in str(error):
            raise
        raise translate(error, folder) from error
