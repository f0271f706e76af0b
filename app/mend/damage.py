"""A damaged record: look at every page, save what still reads, put back the copy from before an update."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from app.aside import coming, going, new_aside
from app.core.errors import AppError, NotThere, StoreDamaged, StoreError
from app.store import FILE
from app.store.backup import Pace, Progress, Stop, said_plainly
from app.store.integrity import Report, check
from app.store.raw import Pages
from app.store.salvage import Report as Rescue
from app.store.salvage import salvage
from app.store.snapshots import snapshots
from app.store.swap import MAKING, finish, making, swap
from app.vault import Vault
from app.vault.envelope import FILE as ENVELOPE

Keys = tuple[bytes, ...]
Clock = Callable[[], datetime]
Found = TypeVar("Found")
NAME = re.compile(r"snapshot-\d{4}-before-(.+)\.db")


@dataclass(frozen=True)
class Saved:
    """What came back of a damaged record, and where the damaged one lies now."""

    report: Rescue
    aside: Path


@dataclass(frozen=True)
class Copy:
    """The record as it was before an update changed its tables; `migration` is the first change that it lacks."""

    name: str
    made_at: datetime
    migration: str


def with_either(folder: Path, keys: Keys, look: Callable[[bytes], Found]) -> Found:
    """What the newest key finds that fits: an older one during a cut-short rotation, or of a database set aside."""
    oldest, *newer = Vault(folder).with_former(keys)
    for key in reversed(newer):
        with contextlib.suppress(StoreDamaged):
            return look(key)
    return look(oldest)


def key_of(folder: Path, keys: Keys) -> Keys:
    """The one of these keys, or of the former ones, that the record is under; all where not one page can be read."""

    def found(key: bytes) -> Keys:
        Pages(folder / FILE, key).close()
        return (key,)

    try:
        return with_either(folder, keys, found)
    except (AppError, OSError):
        return keys


def look_over(folder: Path, keys: Keys, progress: Progress | None = None, stop: Stop | None = None) -> Report:
    """Look at every page of the record; nothing is changed. The report names pages and tables, never what they say.

    Raises StoreDamaged when not one page can be read with these keys, NotThere without a database, BackupStopped.
    """
    with said_plainly(StoreError):
        finish(folder)
        if not (folder / FILE).exists():
            raise NotThere()
        return with_either(folder, keys, lambda key: check(folder / FILE, key, Pace(progress, stop).show))


def save_what_reads(
    folder: Path, keys: Keys, now: Clock, progress: Progress | None = None, stop: Stop | None = None
) -> Saved:
    """Put what still reads of a damaged record in its place, under the same key; the damaged files go aside.

    Killed anywhere, the damaged record is in place or the rescued one. Raises StoreDamaged when nothing can be read,
    StoreFull, BackupStopped.
    """
    with said_plainly(StoreError), making(folder) as made:
        if not (folder / FILE).exists():
            raise NotThere()
        shown = Pace(progress, stop).show
        report = with_either(folder, keys, lambda key: salvage(folder / FILE, key, made, now, shown))
        return Saved(report, take_place(folder, now))


def save_elsewhere(
    folder: Path, keys: Keys, out: Path, now: Clock, progress: Progress | None = None
) -> Rescue:
    """Put what still reads into a new profile that opens with the same passcode. Nothing is changed here.

    Raises NotEmpty, StoreDamaged when nothing can be read, StoreFull.
    """
    with said_plainly(StoreError):
        finish(folder)
        report = with_either(folder, keys, lambda key: salvage(folder / FILE, key, out, now, progress))
        shutil.copy2(folder / ENVELOPE, out / ENVELOPE)
    return report


def copies(folder: Path) -> list[Copy]:
    """The copies from before updates that are kept, newest first."""
    found = [(path, NAME.fullmatch(path.name)) for path in snapshots(folder)[::-1]]
    return [Copy(path.name, made_at(path), name[1]) for path, name in found if name]


def made_at(path: Path) -> datetime:
    """When a file was written."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def put_copy_back(folder: Path, keys: Keys, name: str, now: Clock, progress: Progress | None = None) -> Path:
    """Put a copy from before an update in the place of the database, which goes aside; says where.

    Only a copy that opens with these keys and is whole is put there. Raises NotThere, StoreDamaged, StoreFull.
    """
    with said_plainly(StoreError), making(folder) as made:
        if name not in {copy.name for copy in copies(folder)}:
            raise NotThere()
        shutil.copyfile(folder / name, made / FILE)
        (made / FILE).chmod(0o600)
        if not with_either(folder, keys, lambda key: check(made / FILE, key, progress)).is_whole:
            raise StoreDamaged()
        return take_place(folder, now)


def take_place(folder: Path, now: Clock) -> Path:
    """The database that was made takes the place of the present one, which goes aside. Its vault stays."""
    aside = new_aside(folder, now)
    swap(folder, going(folder, aside, whole=False) + coming(folder, MAKING))
    return folder / aside
