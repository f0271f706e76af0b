"""The encrypted record on this device. `open_store` is the only door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from app.core.errors import StoreDamaged
from app.store.engine import FILE, is_plain, open_encrypted
from app.store.errors import plainly
from app.store.moving import bring_over, forget_old
from app.store.project import project
from app.store.search import read_anew
from app.store.snapshots import forget_snapshots, migrate_safely
from app.store.store import Store
from app.store.swap import MAKING, PLAN, sweep

__all__ = ["FILE", "Store", "erase_files", "has_files", "open_store"]


def open_store(
    folder: Path | None,
    key: bytes,
    now: Callable[[], datetime],
    views: Mapping[str, str] | None = None,
    indices: Mapping[str, str] | None = None,
) -> Store:
    """The store in this profile folder (None: in memory), migrated, with the features' views (None: as they are).

    Raises a StoreError that says which of the ways it failed; whatever it is, no file is changed or removed.
    """
    path = folder / FILE if folder else None
    if path and path.exists() and path.stat().st_size and is_plain(path):
        raise StoreDamaged()
    with plainly(folder):
        if path:
            bring_over(path, key)
            path.touch(mode=0o600)
        db = Database(open_encrypted(path or ":memory:", key), execute_plugins=False)
        try:
            migrate_safely(db, folder)
            read_anew(db)
            if views is not None and indices is not None:
                project(db, views, indices)
        except BaseException:
            db.close()
            raise
    if path and is_plain(path):
        raise StoreDamaged()
    if path:
        forget_old(path)
    return Store(db, now, folder, key)


def erase_files(folder: Path) -> None:
    """Remove the database and everything beside it. The keys must be gone already: flash may keep what was removed."""
    forget_snapshots(folder)
    (folder / PLAN).unlink(missing_ok=True)
    sweep(folder / MAKING)
    for file in folder.glob(f"{FILE}*"):
        file.unlink(missing_ok=True)


def has_files(folder: Path) -> bool:
    """True when a database lies in this profile."""
    return (folder / FILE).exists() and (folder / FILE).stat().st_size > 0
