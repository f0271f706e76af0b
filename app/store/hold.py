"""One app at a time on one profile. The operating system lets go by itself when the process dies."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from app.core.errors import StoreBusy


def hold(folder: Path) -> FileLock:
    """Hold the profile until the lock is released or the process ends. Raises StoreBusy."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder / "lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StoreBusy() from error
    return lock
