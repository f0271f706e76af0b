"""Records to be mended: whole, damaged, with a copy from before an update."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from app.context import App
from app.main import make_app
from app.store import FILE, btree
from app.store.raw import PAGE, Pages
from app.store.snapshots import snapshot
from app.vault import Vault
from sync.models import MoodEntry

PASSCODE, PASSPHRASE, COUNT = "correct horse", "battery staple", 60


def now() -> datetime:
    """A moment that does not pass."""
    return datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def app_on(folder: Path) -> App:
    """The app on this profile, still closed."""
    return make_app(folder, now=now, vault=Vault(folder, fast=True, up=lambda: 1000.0), drawn=False)


def opened(folder: Path, passcode: str = PASSCODE) -> App:
    """The app on this profile, open."""
    app = app_on(folder)
    app.enter(app.vault.unlock(passcode))
    return app


def keys_of(folder: Path, passcode: str = PASSCODE) -> tuple[bytes, ...]:
    """What the passcode opens."""
    return Vault(folder, fast=True).unlock(passcode)


def founded(folder: Path, count: int = COUNT, passcode: str = PASSCODE) -> Path:
    """A closed record with moods that wait; a copy from before an update lacks the last one."""
    app = app_on(folder)
    app.enter((app.vault.create(passcode),))
    app.view("patient:p")
    for number in range(count):
        if number == count - 1:
            snapshot(app.store.db, folder, "second")
        app.store.put(
            MoodEntry(id=f"m{number}", felt_at=now(), score=1 + number % 5, note=f"n{number} " * 99)
        )
    app.lock()
    return folder


def damage(folder: Path, page: int = 0) -> bytes:
    """Change one bit in a page, the middle one unless said; returns the file as it is then."""
    data = bytearray((folder / FILE).read_bytes())
    data[(page - 1 if page else len(data) // PAGE // 2) * PAGE + 99] ^= 1
    (folder / FILE).write_bytes(data)
    return bytes(data)


def page_of(folder: Path, name: str) -> int:
    """The last page of a table."""
    with Pages(folder / FILE, keys_of(folder)[0]) as pages:
        return max(number for number, owner in btree.owners(pages).items() if owner == name)


def moods(folder: Path, passcode: str = PASSCODE) -> int:
    """How many moods the app reads there."""
    app = opened(folder, passcode)
    found = len(app.store.find(MoodEntry))
    app.lock()
    return found


def waiting(folder: Path) -> int:
    """How many changes wait to be sent there."""
    app = opened(folder)
    found = len(app.store.pending(9999))
    app.lock()
    return found


def prints(folder: Path) -> dict[str, str]:
    """What every file holds, by name; the lock and the settings are nobody's record."""
    files = [
        file for file in folder.rglob("*") if file.is_file() and file.name not in ("lock", "settings.json")
    ]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
