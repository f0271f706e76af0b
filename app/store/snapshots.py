"""A copy of the encrypted database before its tables change: ciphertext under the same key, the last two kept.

`VACUUM INTO` writes it, so it is whole whatever lies in the write-ahead log, and every page was read and proved on
the way: a damaged database is not migrated at all. All pending migrations are one transaction.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from app.core.disk import sync_file
from app.core.errors import MigrationFailed, NoCipher, StoreError, StoreFull
from app.store import schema
from app.store.engine import is_plain
from app.store.errors import translate

KEPT = 2
NAME = "snapshot-{:04}-before-{}.db"


def migrate_safely(db: Database, folder: Path | None) -> None:
    """Bring the tables up to date; where there is something to lose, keep a copy of it first.

    Raises StoreNewer, StoreFull when there is no room for the copy, MigrationFailed with the copy's name.
    """
    kept = before_migration(db, folder) if folder else None
    try:
        with db.atomic():
            schema.migrate(db)
    except (StoreError, sqlite3.Error, ValueError, LookupError, TypeError) as error:
        ours = translate(error, folder) if isinstance(error, sqlite3.Error) else error
        if not kept or isinstance(ours, StoreFull):
            raise
        raise MigrationFailed(kept.name) from error


def before_migration(db: Database, folder: Path) -> Path | None:
    """A snapshot if migrations wait for a database that has some already; None otherwise."""
    done = schema.migrations.applied(db)
    waiting = schema.migrations.pending(db)
    unknown = {one.name for one in done} - {one.name for one in schema.migrations._migrations}
    return snapshot(db, folder, waiting[0].name) if done and waiting and not unknown else None


def snapshot(db: Database, folder: Path, migration: str) -> Path:
    """Write the snapshot, whole or not at all, and let go of all but the last two.

    A second try before the same migration replaces the first one's, so that trying again pushes nothing out.
    """
    before = snapshots(folder)
    last = int(before[-1].name.split("-")[1]) if before else 0
    again = bool(before) and before[-1].name == NAME.format(last, migration)
    path = folder / NAME.format(last if again else last + 1, migration)
    write(db, path)
    for old in snapshots(folder)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def write(db: Database, path: Path) -> None:
    """One whole encrypted copy at `path`. It is looked at before it counts: never one that can be read."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    try:
        new.touch(mode=0o600)
        db.conn.execute("VACUUM INTO ?", [str(new)]).fetchall()
        if is_plain(new):
            raise NoCipher()
        sync_file(new)
        os.replace(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def snapshots(folder: Path) -> list[Path]:
    """The snapshots in this profile, oldest first."""
    return sorted(folder.glob("snapshot-????-before-*.db"))


def forget_snapshots(folder: Path) -> None:
    """Remove all snapshots: after the data key was changed or erased they would keep the old one worth stealing."""
    for old in folder.glob("snapshot-*"):
        old.unlink(missing_ok=True)
