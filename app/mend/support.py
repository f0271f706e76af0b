"""One file for those who help: what the record looks like from outside and, if the patient says so, a key of its own.

Without the code that is shown with it, support sees sizes, versions, which pages are bad and which table they are
of: never what stands in them, and with the wraps left out there is no passcode to guess. With the code, support can
read the whole record: it opens everything in this file, and nothing else.
"""

from __future__ import annotations

import io
import json
import os
import platform
import tarfile
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from app.aside import asides, database
from app.core.errors import AppError
from app.mend.damage import Keys, copies, key_of, look_over
from app.store.backup import said_plainly
from app.store.engine import engine_name, open_encrypted
from app.store.raw import PAGE
from app.store.swap import finish
from app.vault import envelope, keys, recovery

PURPOSE = "support"


def copy_for_support(folder: Path, opened: Keys, out: Path, now: Callable[[], datetime]) -> str | None:
    """Write the record as it lies there, still encrypted, and a report about it to `out`, one tar file.

    With the record's keys, returns a code, to be shown once, that opens the copy; without, nothing does. Raises
    StoreFull, BackupError.
    """
    finish(folder)
    said = report(folder, opened, now)
    vault, failed = without_wraps(folder)
    said["errors"] += failed
    code = recovery.make_code() if opened else None
    texts = {"report.json": said, "vault.json": vault}
    if code:
        texts["support.json"] = {"wraps": wraps(key_of(folder, opened), code, str(vault.get("id", "")))}
    with said_plainly():
        write(out, folder, texts)
    return code


def write(out: Path, folder: Path, texts: dict[str, Any]) -> None:
    """The file, whole or not at all, for its owner's eyes."""
    new = out.with_name(out.name + ".new")
    new.unlink(missing_ok=True)
    try:
        with (
            os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            tarfile.open(fileobj=file, mode="w") as tar,
        ):
            for name, text in texts.items():
                add(tar, name, json.dumps(text, indent=1).encode())
            for name in database(folder):
                with (folder / name).open("rb") as source:
                    tar.addfile(described(name, (folder / name).stat().st_size), source)
            tar.close()
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, out)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """One text in the file."""
    tar.addfile(described(name, len(data)), io.BytesIO(data))


def described(name: str, size: int) -> tarfile.TarInfo:
    """A file's name and size; nothing about this machine's users."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def without_wraps(folder: Path) -> tuple[dict[str, Any], list[str]]:
    """The vault's file without what a passcode could be tried on, and the type of what was wrong with it."""
    try:
        held = envelope.load(folder)
    except AppError as error:
        return {}, [type(error).__name__]
    kept = {name: held.get(name) for name in ("format", "id", "founded", "tries")}
    return {**kept, "ways": sorted(held["wraps"]), "rotating": "next" in held}, []


def wraps(opened: Keys, code: str, id: str) -> list[keys.Wrap]:
    """The record's keys under the code, as `app/vault/README.md` describes a recovery wrap."""
    under = keys.derive_key(recovery.tidy(code).encode(), PURPOSE)
    return [keys.wrap(key, under, id, {"purpose": PURPOSE}) for key in opened]


def report(folder: Path, opened: Keys, now: Callable[[], datetime]) -> dict[str, Any]:
    """Versions, sizes, and what a look at every page found."""
    names = database(folder)
    size = (folder / names[0]).stat().st_size if names else 0
    found: dict[str, Any] = {
        "made_at": now().isoformat(),
        "app": app_version(),
        "engine": {"name": engine_name(), "sqlite": engine_version()},
        "system": {"os": platform.system(), "release": platform.release(), "machine": platform.machine()},
        "python": platform.python_version(),
        "files": {name: (folder / name).stat().st_size for name in names},
        "pages": -(-size // PAGE),
        "copies": [copy.migration for copy in copies(folder)],
        "asides": [{"made_at": aside.made_at.isoformat(), "size": aside.size} for aside in asides(folder)],
        "errors": [],
    }
    return found | looked(folder, opened) if opened else found


def looked(folder: Path, opened: Keys) -> dict[str, Any]:
    """Which pages are bad and whose they were; or the type of what kept us from seeing."""
    try:
        seen = look_over(folder, opened)
    except AppError as error:
        return {"errors": [type(error).__name__]}
    return {"pages": seen.pages, "bad": seen.bad, "faults": seen.faults}


def engine_version() -> str:
    """The version of SQLite inside the engine."""
    db = open_encrypted(":memory:", keys.make_key())
    try:
        return str(db.execute("SELECT sqlite_version()").fetchone()[0])
    finally:
        db.close()


def app_version() -> str:
    """The version that runs."""
    try:
        return version("evenkeel")
    except PackageNotFoundError:
        return "0.1.0"
