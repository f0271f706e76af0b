"""Who has a record on this device: a name and a mark each, in `people.json`, and a folder of their own.

The first person's record lies in the profile folder itself, everybody else's in `people/<id>/` under it. The ids are
random, so no path says a name. The file is the only thing here that is read before a record opens; it exists once
there are two people, or one who chose a name. Records are found on the disk too: a damaged file costs names only.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from app.core.errors import PeopleDamaged, RuleBroken, StoreBusy, StoreFull, StoreNewer
from app.store.swap import MAKING, PLAN, planned, sweep

FILE = "people.json"
FORMAT = 1
FOLDER = "people"
FIRST = "first"
MARKS = ("leaf", "star", "sun", "moon", "flower", "anchor", "umbrella", "music")
LONGEST = 30
PATIENCE = 5.0
ID = re.compile(r"[0-9a-f]{16}")
RECORD = ("vault.json", "evenkeel.db", "aside-*")
SLIGHT = ("settings.json", "settings.json.new", f"{PLAN}.new", "erasing", "lock")


@dataclass(frozen=True)
class Member:
    """Somebody with a record on this device. `name` is what they chose to be called here, or nothing."""

    id: str
    name: str = ""
    mark: str = MARKS[0]


@dataclass(frozen=True)
class Listing:
    """What the file says: who, in order, and whose record was opened last."""

    members: tuple[Member, ...] = ()
    last: str = FIRST


def place_of(folder: Path) -> tuple[Path, str]:
    """The profile folder that holds everybody, and whose record `folder` is."""
    whole = folder.absolute()
    if whole.parent.name == FOLDER and ID.fullmatch(whole.name):
        return whole.parent.parent, whole.name
    return folder, FIRST


def has_record(folder: Path) -> bool:
    """Does a record lie here, open to somebody or not, or is one about to be put here?"""
    return bool(planned(folder)) or any(True for name in RECORD for _ in folder.glob(name))


def printable(typed: str) -> str:
    """A name on one line, without signs that are not seen or that turn the line round."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in typed).split())


def tidy_name(typed: str, others: tuple[Member, ...]) -> str:
    """The name as it is kept. Raises RuleBroken for none, a very long one, and one that somebody else has."""
    name = printable(typed)
    if not name:
        raise RuleBroken("people.name_missing")
    if len(name) > LONGEST:
        raise RuleBroken("people.name_long")
    if name.casefold() in {other.name.casefold() for other in others}:
        raise RuleBroken("people.name_taken")
    return name


class People:
    """The people of one profile folder. A change is made under a lock, and written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def home(self, id: str) -> Path:
        """The folder of somebody's record."""
        return self.folder if id == FIRST else self.folder / FOLDER / id

    # --- questions

    def members(self) -> tuple[Member, ...]:
        """Everybody, those on the disk without a name last."""
        listed = self._listing().members
        return self._with_found(listed)

    def last(self) -> str:
        """Whose record was opened last."""
        return self._listing().last

    def fault(self) -> PeopleDamaged | StoreNewer | None:
        """Why the names cannot be read, if they cannot."""
        try:
            self._read()
        except (PeopleDamaged, StoreNewer) as error:
            return error
        return None

    # --- commands

    def add(self, name: str) -> Member:
        """A place for one more person. Raises RuleBroken for a name that will not do, StoreFull, StoreNewer."""
        with self._change() as listing:
            known = self._with_found(listing.members)
            fresh = Member(secrets.token_hex(8), tidy_name(name, known), free_mark(known))
            (self.folder / FOLDER).mkdir(exist_ok=True, mode=0o700)
            self.home(fresh.id).mkdir(mode=0o700)
            self._write(replace(listing, members=(*known, fresh)))
        return fresh

    def rename(self, id: str, name: str) -> None:
        """Call somebody by another name from now on. Raises as `add`."""
        with self._change() as listing:
            known = self._with_found(listing.members) or (Member(FIRST),)
            chosen = tidy_name(name, tuple(one for one in known if one.id != id))
            self._write(
                replace(
                    listing,
                    members=tuple(replace(one, name=chosen) if one.id == id else one for one in known),
                )
            )

    def remove(self, id: str) -> None:
        """Take somebody off the list. A folder with a record in it stays, and so does its line."""
        with self._change() as listing:
            if id != FIRST:
                drop_empty(self.home(id))
            if has_record(self.home(id)):
                return
            left = tuple(one for one in listing.members if one.id != id)
            if any(one.name or one.id != FIRST for one in left):
                self._write(replace(listing, members=left))
            else:
                (self.folder / FILE).unlink(missing_ok=True)

    def saw(self, id: str) -> None:
        """Remember whose record was opened last, where that is a question at all."""
        if self.fault() or not (self.folder / FILE).exists() or self.last() == id:
            return
        with self._change() as listing:
            self._write(replace(listing, last=id))

    # --- the file

    def _listing(self) -> Listing:
        try:
            return self._read()
        except (PeopleDamaged, StoreNewer):
            return Listing()

    def _read(self) -> Listing:
        try:
            found = json.loads((self.folder / FILE).read_text(encoding="utf-8"))
            if isinstance(found["format"], int) and found["format"] > FORMAT:
                raise StoreNewer()
            return Listing(tuple(member_of(one) for one in found["people"]), str(found["last"]))
        except FileNotFoundError:
            return Listing()
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise PeopleDamaged() from error

    def _with_found(self, listed: tuple[Member, ...]) -> tuple[Member, ...]:
        """Those listed whose folder is there, and those on the disk that the list forgot."""
        by_id = {one.id: one for one in listed if self.home(one.id).is_dir()}
        kept = tuple(one for one in by_id.values() if one.id != FIRST or one.name or has_record(self.folder))
        known = {one.id for one in kept}
        there = [FIRST, *sorted(place.name for place in (self.folder / FOLDER).glob("*"))]
        for id in there:
            if id not in known and (id == FIRST or ID.fullmatch(id)) and has_record(self.home(id)):
                fresh = Member(id, "", free_mark(kept))
                kept = (fresh, *kept) if id == FIRST else (*kept, fresh)
        return kept

    @contextmanager
    def _change(self) -> Iterator[Listing]:
        """The listing, to be changed by nobody else meanwhile. A damaged file is kept beside what replaces it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self.folder / f"{FILE}.lock", timeout=PATIENCE, mode=0o600):
                if isinstance(fault := self.fault(), StoreNewer):
                    raise fault
                if fault:
                    os.replace(self.folder / FILE, self.folder / f"{FILE}.damaged")
                yield self._listing()
        except Timeout as error:
            raise StoreBusy() from error
        except OSError as error:
            raise StoreFull() from error

    def _write(self, listing: Listing) -> None:
        new = self.folder / f"{FILE}.new"
        said = {"format": FORMAT, "last": listing.last, "people": [asdict(one) for one in listing.members]}
        with os.fdopen(
            os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            json.dump(said, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.folder / FILE)


def member_of(found: Any) -> Member:
    """A member from the file. Raises ValueError for an id that could lead elsewhere."""
    id, name, mark = str(found["id"]), printable(str(found["name"])), str(found["mark"])
    if id != FIRST and not ID.fullmatch(id):
        raise ValueError("no id")
    return Member(id, name[:LONGEST], mark if mark in MARKS else MARKS[0])


def free_mark(members: tuple[Member, ...]) -> str:
    """The first mark that nobody has; with more people than marks they come round again."""
    taken = [one.mark for one in members]
    return min(MARKS, key=lambda mark: (taken.count(mark), MARKS.index(mark)))


def drop_empty(folder: Path) -> None:
    """Remove a folder in which nothing but looks was ever kept, or was about to be; any other stays as it is."""
    if folder.is_symlink() or not folder.is_dir():
        return
    if all(file.name in (*SLIGHT, MAKING) for file in folder.iterdir()):
        sweep(folder / MAKING)
        for name in SLIGHT:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
