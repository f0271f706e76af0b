"""One visit on a shared tablet: a record that no key outlives. Ended or killed, nobody can read what it left.

The data key is random and only in this process: no `vault.json`, no passcode, no wrap. `end` closes the store, which
drops the key, and only then removes the files, so a moment too early or a full disk leaves cipher text without a key.
`sweep` removes what killed sessions left, before the next one begins.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from app.store import Store, open_store
from app.vault.keys import make_key

PREFIX = "session-"
LOCK = ".lock"
UNSENT = "SELECT count(*) AS n FROM outbox WHERE reason IS NULL"


class Session:
    """A visit: `store` is there until `end`. Use it with `with`; leaving it in whatever way ends it.

    It lives in a fresh folder `session-<random>` under `root`, held by a lock beside it; what others that were killed
    left there goes first. Raises a StoreError.
    """

    store: Store

    def __init__(
        self,
        root: Path,
        now: Callable[[], datetime],
        views: Mapping[str, str] | None = None,
        indices: Mapping[str, str] | None = None,
        make_key: Callable[[], bytes] = make_key,
    ) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        sweep(root)
        self.folder = root / f"{PREFIX}{secrets.token_hex(8)}"
        self._lock = lock_of(self.folder)
        self._lock.acquire(timeout=0)
        try:
            self.folder.mkdir(mode=0o700)
            self.store = open_store(self.folder, make_key(), now, views, indices)
        except BaseException:
            self._remove()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def is_open(self) -> bool:
        """It has not ended yet."""
        return hasattr(self, "store")

    def unsent(self) -> int:
        """How many changes the clinic has not taken yet: ending now would lose them. None once it has ended."""
        return int(self.store.rows(UNSENT)[0]["n"]) if self.is_open else 0

    def end(self) -> None:
        """Drop the key, then remove the files. What cannot be removed now is cipher text, and `sweep` tries again."""
        if not self.is_open:
            return
        store = self.store
        del self.store
        try:
            store.close()
        finally:
            self._remove()

    def _remove(self) -> None:
        clear(self.folder)
        self._lock.release()
        if not self.folder.exists():
            forget_lock(self.folder)


def sweep(root: Path) -> int:
    """Remove what killed sessions left under `root`; one that another process is in stays. How many went."""
    return sum(removed(folder) for folder in leftovers(root))


def leftovers(root: Path) -> Iterator[Path]:
    """The folders of sessions, and of those of which only the lock is left."""
    names = {path.name.removesuffix(LOCK) for path in root.glob(f"{PREFIX}*")}
    yield from (root / name for name in sorted(names))


def removed(folder: Path) -> bool:
    """Remove one session's folder and its lock, unless somebody is in it. True when a folder went."""
    lock = lock_of(folder)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return False
    there = folder.exists()
    clear(folder)
    lock.release()
    gone = not folder.exists()
    if gone:
        forget_lock(folder)
    return there and gone


def clear(folder: Path) -> None:
    """Remove a folder as far as possible. A link is removed as a link: nothing outside is touched."""
    if folder.is_symlink():
        folder.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def lock_of(folder: Path) -> FileLock:
    """The lock of a session. It lies beside the folder, so that it is held before there is anything to sweep."""
    return FileLock(folder.with_name(folder.name + LOCK), mode=0o600)


def forget_lock(folder: Path) -> None:
    """Remove the lock's file."""
    with contextlib.suppress(OSError):
        folder.with_name(folder.name + LOCK).unlink(missing_ok=True)
