"""Records set aside: still encrypted, still whole, out of the way, so that a new one can begin. Nothing is deleted.

An aside is a folder of the profile, `aside-<when>`. One with a `vault.json` is a whole record: whoever remembers its
passcode can have it back. One without is a damaged database whose rescued copy took its place.
"""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core.errors import NotThere, NoVault, RuleBroken, StoreError
from app.store import FILE
from app.store.backup import said_plainly
from app.store.snapshots import snapshots
from app.store.swap import Moves, making, swap
from app.vault import Vault
from app.vault.envelope import FILE as ENVELOPE
from app.vault.keyring import Keystore

STAMP = "aside-%Y%m%dT%H%M%SZ"
NAME = re.compile(r"(aside-\d{8}T\d{6}Z)(-\d+)?")
GRACE = timedelta(days=7)


@dataclass(frozen=True)
class Aside:
    """One record that was set aside. `is_whole`: it has its keys with it, so a passcode opens it again."""

    name: str
    made_at: datetime
    is_whole: bool
    size: int

    @property
    def free_at(self) -> datetime:
        """From then on it may be erased by somebody who does not know its passcode."""
        return self.made_at + GRACE


def asides(folder: Path) -> list[Aside]:
    """What was set aside in this profile, oldest first."""
    return [aside_at(path) for path in sorted(places(folder), key=place_in_time) if is_record(path)]


def places(folder: Path) -> list[Path]:
    """The folders that are named as we name them; a link or a date that never was is not ours."""
    return [path for path in folder.glob("aside-*") if said_at(path.name) and not path.is_symlink()]


def said_at(name: str) -> datetime | None:
    """When this was set aside, by its name."""
    if not (found := NAME.fullmatch(name)):
        return None
    try:
        made_at = datetime.strptime(found[1], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return made_at if made_at < datetime.max.replace(tzinfo=UTC) - GRACE else None


def is_used(path: Path) -> bool:
    """Something lies there: a process that died in time leaves an empty folder, whose name is free again."""
    return path.is_symlink() or (path.is_dir() and any(path.iterdir()))


def is_record(path: Path) -> bool:
    """A database or its keys lie there. What a process that died left behind, as an index of a log, is no record."""
    return path.is_dir() and any((path / name).is_file() for name in (FILE, ENVELOPE))


def place_in_time(path: Path) -> tuple[str, int]:
    """What asides are sorted by: when, and which of that second."""
    stamp, _, number = path.name[6:].partition("-")
    return stamp, int(number or 1)


def aside_at(path: Path) -> Aside:
    """What lies in this folder."""
    made_at = said_at(path.name)
    assert made_at, "one of our places"
    size = sum(file.lstat().st_size for file in path.iterdir())
    return Aside(path.name, made_at, (path / ENVELOPE).exists(), size)


def new_aside(folder: Path, now: Callable[[], datetime]) -> str:
    """A name that no aside has yet."""
    name, number = now().astimezone(UTC).strftime(STAMP), 2
    while is_used(folder / name):
        name, number = f"{NAME.fullmatch(name)[1]}-{number}", number + 1  # type: ignore[index]
    return name


# --- what goes and what comes, in an order in which no moment looks like a new beginning


def database(folder: Path) -> list[str]:
    """The files of the database: itself, then its log."""
    return sorted(file.name for file in folder.glob(f"{FILE}*"))


def going(folder: Path, to: str, whole: bool) -> Moves:
    """The database out of the way; of a whole record also its snapshots and, last, its vault."""
    names = database(folder)
    if whole:
        names += [path.name for path in snapshots(folder)] + [ENVELOPE] * (folder / ENVELOPE).exists()
    return [(name, f"{to}/{name}") for name in names]


def coming(folder: Path, source: str) -> Moves:
    """A record into its place: the vault first, the database behind its log. SQLite makes its index (-shm) anew."""
    names = going(folder / source, "", whole=True)[::-1]
    return [(f"{source}/{name}", name) for name, _ in names if not name.endswith("-shm")]


# --- setting aside and bringing back


def set_aside(folder: Path, now: Callable[[], datetime]) -> Path:
    """Move the whole record out of the way. A new one can begin; this one can come back. Raises NotThere for none.

    The system's keystore keeps what it knows of it.
    """
    with said_plainly(StoreError), making(folder):
        name = new_aside(folder, now)
        if not (moves := going(folder, name, whole=True)):
            raise NotThere()
        swap(folder, moves)
    return folder / name


def bring_back(folder: Path, name: str, now: Callable[[], datetime]) -> None:
    """Put a record that was set aside in its place again; the present one, if any, goes aside.

    Raises NotThere; NoVault for a database alone where there is no vault to open it.
    """
    with said_plainly(StoreError), making(folder):
        aside = find_aside(folder, name)
        if not aside.is_whole and not (folder / ENVELOPE).exists():
            raise NoVault()
        if not (here := coming(folder, name)):
            raise NotThere()
        swap(folder, going(folder, new_aside(folder, now), aside.is_whole) + here)
        shutil.rmtree(folder / name, ignore_errors=True)


def find_aside(folder: Path, name: str) -> Aside:
    """The aside of this name. Raises NotThere."""
    for aside in asides(folder):
        if aside.name == name:
            return aside
    raise NotThere()


def needs_former_keys(folder: Path) -> bool:
    """A database alone was set aside: it is still under the data key of that day."""
    return any(not aside.is_whole for aside in asides(folder))


def drop_aside(folder: Path, name: str, keystore: Keystore | None = None) -> None:
    """Destroy the keys of a record that was set aside, then its files. Nothing brings it back. Raises NotThere."""
    path = folder / find_aside(folder, name).name
    Vault(path, keystore).erase()
    shutil.rmtree(path)


def drop_own(folder: Path, name: str, vault: Vault, passcode: str, now: Callable[[], datetime]) -> None:
    """Drop a record with its own passcode, or a week after it was set aside with none. `vault` is the present one.

    So nobody at the lock screen destroys what somebody used yesterday. Raises RuleBroken for a database alone that is
    too new, NotThere, and what a try to open it raises.
    """
    aside = find_aside(folder, name)
    if now() < aside.free_at:
        if not aside.is_whole:
            raise RuleBroken("aside.too_new")
        own = copy.copy(vault)
        own.folder = folder / name
        own.unlock(passcode)
    drop_aside(folder, name, vault.keystore)


def drop_all(folder: Path, keystore: Keystore | None = None) -> None:
    """Destroy the keys of everything that was set aside, then all the files."""
    for aside in asides(folder):
        Vault(folder / aside.name, keystore).erase()
    for path in places(folder):
        shutil.rmtree(path)
