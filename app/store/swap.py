"""Several files of a profile change places as if at once: the plan is written first, and whoever comes next ends it.

Until the plan is on the disk nothing has happened; from then on everything will have. Each move goes to a name that
is free until then, so that one that was made is told from one that was not. What comes in is prepared in a folder of
its own (`making`), which holds nothing that is not elsewhere too: a left-over one is swept away.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from app.core.disk import sync_file, sync_folder
from app.core.errors import StoreBusy

PLAN, MAKING = "swap.json", "making"
PLACE = re.compile(r"([\w-]+/)?[\w-][\w.-]*")
Moves = list[tuple[str, str]]
_making, _moving = threading.Lock(), threading.Lock()


@contextlib.contextmanager
def making(folder: Path) -> Iterator[Path]:
    """An empty folder beside the record to prepare files in; gone afterwards. Raises StoreBusy for a second one.

    A swap that was cut short is ended first.
    """
    if not _making.acquire(blocking=False):
        raise StoreBusy()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        finish(folder)
        sweep(folder / MAKING)
        (folder / MAKING).mkdir(mode=0o700)
        try:
            yield folder / MAKING
        finally:
            if not planned(folder):
                sweep(folder / MAKING)
    finally:
        _making.release()


def sweep(made: Path) -> None:
    """Remove what was being prepared, what opens it first. Of a link to another folder only the link goes."""
    if made.is_symlink():
        return made.unlink()
    for file in sorted(made.glob("*"), key=lambda file: not file.name.startswith("vault")):
        file.unlink(missing_ok=True)
    shutil.rmtree(made, ignore_errors=True)


def swap(folder: Path, moves: Moves) -> None:
    """Make these moves, all of them: from and to, as names inside the profile. Where to is free by then."""
    new = folder / (PLAN + ".new")
    for source, target in moves:
        (folder / target).parent.mkdir(exist_ok=True, mode=0o700)
        if not source.endswith("-shm"):
            sync_file(folder / source)
    new.write_text(json.dumps(moves))
    sync_file(new)
    sync_folder(folder)
    os.replace(new, folder / PLAN)
    finish(folder)


def finish(folder: Path) -> None:
    """End a swap that was cut short. Without one, nothing happens."""
    with _moving:
        for source, target in (moves := planned(folder)):
            move(folder / source, folder / target)
        if moves:
            (folder / PLAN).unlink()
            sync_folder(folder)


def settle(folder: Path) -> None:
    """End a swap that was cut short, at the start of the app. One that cannot be ended now waits for the next try."""
    with contextlib.suppress(OSError):
        finish(folder)


def planned(folder: Path) -> Moves:
    """The moves that somebody began. A plan that makes no sense is none."""
    try:
        found = [(str(source), str(target)) for source, target in json.loads((folder / PLAN).read_text())]
    except (FileNotFoundError, ValueError, TypeError):
        return []
    return found if all(PLACE.fullmatch(place) for pair in found for place in pair) else []


def move(source: Path, target: Path) -> None:
    """One move, unless it was made already; it lasts."""
    if source.exists() and not target.exists():
        os.replace(source, target)
        sync_folder(target.parent)
        sync_folder(source.parent)
