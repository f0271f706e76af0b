"""kill -9 in the middle of changing keys: afterwards the record opens, whole, and the passcode is one of the two."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.clinic_process import with_root
from app.context import App
from app.core.errors import StoreFull, WrongPasscode
from app.main import make_app
from app.store import Store
from app.vault import Vault
from sync.models import MoodEntry, new_id

OLD, NEW = "correct horse", "battery staple"
COUNT = 400
WORK = """
import asyncio, sys
from pathlib import Path
from app.main import make_app
from app.store import Store
from app.vault import Vault
folder = Path(sys.argv[1])
async def main():
    app = make_app(folder, vault=Vault(folder, fast=True), drawn=False)
    await app.unlock("correct horse")
    print("go", flush=True)
    while True:
        await app.rotate_key("correct horse")
        await app.change_passcode("correct horse", "battery staple")
        await app.change_passcode("battery staple", "correct horse")
asyncio.run(main())
"""


def prepared(folder: Path) -> None:
    """A record with some weight."""
    app = make_app(folder, vault=Vault(folder, fast=True), drawn=False)
    key = app.vault.create(OLD)
    app.enter((key,))
    app.store.scope = "patient:p"
    for number in range(COUNT):
        now = app.now()
        app.store.put(MoodEntry(id=new_id(now), felt_at=now, score=1 + number % 5, note="x" * 500))
    app.lock()


def killed(folder: Path, seconds: float) -> None:
    """Start changing keys, and kill it after a while."""
    work = subprocess.Popen(
        [sys.executable, "-c", WORK, str(folder)], stdout=subprocess.PIPE, env=with_root()
    )
    assert work.stdout and work.stdout.readline() == b"go\n"
    time.sleep(seconds)
    work.kill()
    work.communicate()


def check(folder: Path) -> None:
    """One of the two passcodes opens the whole record; put the first one back for the next round."""
    app = make_app(folder, vault=Vault(folder, fast=True), drawn=False)
    try:
        asyncio.run(app.unlock(OLD))
    except WrongPasscode:
        asyncio.run(app.unlock(NEW))
        asyncio.run(app.change_passcode(NEW, OLD))
    assert len(app.store.find(MoodEntry, scope="patient:p")) == COUNT
    assert app.store.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    app.lock()


def rounds(folder: Path, times: int) -> None:
    prepared(folder)
    for _ in range(times):
        killed(folder, random.uniform(0.0, 0.25))
        check(folder)


class Full:
    """The store, on a disk without room for a copy."""

    def __init__(self, store: Store) -> None:
        self.is_under, self.close = store.is_under, store.close

    def rekey(self, key: bytes) -> None:
        """There is no room."""
        raise StoreFull()


def opened(folder: Path) -> App:
    """A record with some weight, open."""
    prepared(folder)
    app = make_app(folder, vault=Vault(folder, fast=True), drawn=False)
    asyncio.run(app.unlock(OLD))
    return app


def test_without_room_the_old_keys_stay_and_can_be_changed(tmp_path: Path) -> None:
    app = opened(tmp_path)
    store, app.store = app.store, Full(app.store)  # type: ignore[assignment]
    with pytest.raises(StoreFull):
        asyncio.run(app.rotate_key(OLD))
    app.store = store
    assert len(app.vault.unlock(OLD)) == 1, "no second key is left that could be taken for the record's"
    asyncio.run(app.change_passcode(OLD, NEW))
    app.lock()
    check(tmp_path)


@pytest.mark.parametrize("renewed", [False, True])
@pytest.mark.parametrize("then", ["rotate", "change"])
def test_a_rotation_that_was_not_settled_is_settled_first(tmp_path: Path, renewed: bool, then: str) -> None:
    """The disk filled up before the envelope was written. The wrong one of the two keys must not be kept."""
    app = opened(tmp_path)
    key, _code = app.vault.begin_rotation(OLD)
    if renewed:
        app.store.rekey(key)
    if then == "change":
        asyncio.run(app.change_passcode(OLD, NEW))
    else:
        app.store = Full(app.store)  # type: ignore[assignment]
        with pytest.raises(StoreFull):
            asyncio.run(app.rotate_key(OLD))
    app.store.close()
    check(tmp_path)


def test_killed_while_keys_change(tmp_path: Path) -> None:
    rounds(tmp_path, 3)


@pytest.mark.slow
def test_killed_often_while_keys_change(tmp_path: Path) -> None:
    rounds(tmp_path, 60)
