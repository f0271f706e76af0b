"""Places on this device outside the profile, where people look for their files and browsers bring them."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TextIO


def downloads() -> Path:
    """Where people look for their files."""
    from platformdirs import user_downloads_path

    found = Path(user_downloads_path())
    return found if found.is_dir() else Path.home()


def free_name(folder: Path, stem: str, ending: str) -> Path:
    """A name in this folder that no file has yet: nothing is ever written over."""
    path, number = folder / f"{stem}{ending}", 2
    while os.path.lexists(path):
        path, number = folder / f"{stem}-{number}{ending}", number + 1
    return path


@contextlib.contextmanager
def new_file(folder: Path, stem: str, ending: str) -> Iterator[Path]:
    """A file in this folder that nobody else has: it is there, empty, until what is made takes its place.

    Left by an error, it is gone. Raises OSError where none can be made.
    """
    path = claimed(folder, stem, ending)
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def private_file(out: Path) -> Iterator[TextIO]:
    """A file for its owner's eyes that appears whole or not at all."""
    new = out.with_name(out.name + ".new")
    new.unlink(missing_ok=True)
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, out)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def write_privately(out: Path, data: bytes) -> None:
    """The same for bytes that are there already."""
    new = out.with_name(out.name + ".new")
    new.unlink(missing_ok=True)
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, out)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def claimed(folder: Path, stem: str, ending: str) -> Path:
    """An empty file under a name that was free at that very moment, also for others who ask at the same time."""
    while True:
        path = free_name(folder, stem, ending)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            return path


@cache
def arrivals() -> Path:
    """The private folder where a browser's files arrive, made anew for each run of the app and gone with it."""
    folder = Path(tempfile.mkdtemp(prefix="evenkeel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def drop_arrival(path: Path) -> None:
    """Remove a copy that came through the browser; a person's own file stays where it is."""
    if path.parent == arrivals():
        path.unlink(missing_ok=True)
