"""A phone whose app changes its driver: the record in sealed pages comes along, and nothing of it is lost."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.core.errors import StoreBusy, StoreDamaged
from app.store import FILE, Store, moving, open_store
from app.store.engine import engine_name
from app.store.engines.formats import PAGE, SALT, is_sealed
from app.store.moving import BEFORE
from app.store.salvage import salvage
from tests.store.engines.exchange import KEY, NOW, SCOPE, told, write

OTHER = bytes(range(9, 41))
CHILD = f"""
import sys
from pathlib import Path
from app.store import open_store
print("go", flush=True)
open_store(Path(sys.argv[1]), bytes.fromhex("{KEY.hex()}"), lambda: None)
"""


def opened(folder: Path) -> Store:
    """The record, with whichever driver is asked for."""
    store = open_store(folder, KEY, lambda: NOW)
    store.scope = SCOPE
    return store


@pytest.fixture
def interim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of the interim's, left by a crash with most of it in the log; from here on the other driver is asked."""
    monkeypatch.setenv("EVENKEEL_ENGINE", "pages")
    (tmp_path / "live").mkdir()
    store = opened(tmp_path / "live")
    write(store, "before")
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    write(store, "logged")
    assert engine_name() == "pages" and told(store)["count"] == 40
    shutil.copytree(tmp_path / "live", tmp_path / "left", ignore=shutil.ignore_patterns("*-shm"))
    store.close()
    monkeypatch.setenv("EVENKEEL_ENGINE", "mc")
    return tmp_path / "left"


def check(folder: Path) -> None:
    """Everything is there, in SQLCipher's format, and nothing beside it; the store goes on."""
    store = opened(folder)
    said = told(store)
    assert (said["engine"], said["count"], said["waiting"]) == ("mc", 40, 40)
    assert said["moods"] == ["before", "logged"] and said["found"] == ["lesson-before", "lesson-logged"]
    assert said["integrity"] == ["ok"] and said["ciphers"] == []
    write(store, "after")
    assert told(store)["count"] == 60
    store.close()
    assert (folder / FILE).read_bytes().startswith(SALT)
    assert [file.name for file in folder.iterdir()] == [FILE]


def test_the_record_comes_along(interim: Path) -> None:
    assert is_sealed(interim / FILE) and (interim / f"{FILE}-wal").stat().st_size
    check(interim)


def test_the_old_file_stays_until_the_new_one_has_opened(
    interim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = interim / (FILE + BEFORE)
    assert moving.bring_over(interim / FILE, KEY) and is_sealed(old) and not is_sealed(interim / FILE)
    assert not moving.bring_over(interim / FILE, KEY) and old.exists()
    check(interim)


def test_with_another_key_no_byte_is_touched(interim: Path) -> None:
    """As after a rotation that was cut short: both keys are tried, beside a log that a crash left."""
    before = {file.name: file.read_bytes() for file in interim.iterdir()}
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            open_store(interim, OTHER, lambda: NOW)
    assert {file.name: file.read_bytes() for file in interim.iterdir()} == before
    check(interim)


def test_a_record_that_cannot_be_read_is_left_as_it_is(interim: Path) -> None:
    data = bytearray((interim / FILE).read_bytes())
    for at in range(2 * PAGE, len(data), 2 * PAGE):
        data[at] ^= 1
    (interim / FILE).write_bytes(data)
    (interim / f"{FILE}-wal").unlink()
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            opened(interim)
    assert is_sealed(interim / FILE) and sorted(file.name for file in interim.iterdir()) == [FILE]
    report = salvage(interim / FILE, KEY, interim / "found", lambda: NOW)
    assert report.bad and 0 < report.recovered["docs"] < 21, "what still reads comes along"


def test_a_row_that_did_not_come_along_is_noticed(interim: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_rows = moving.copy_rows
    monkeypatch.setattr(moving, "copy_rows", lambda *args: copy_rows(*args) if args[2] != "outbox" else None)
    with pytest.raises(StoreDamaged):
        opened(interim)
    monkeypatch.undo()
    assert is_sealed(interim / FILE) and not (interim / f"{FILE}.new").exists()


def test_while_the_old_app_has_it_open_nothing_is_moved(interim: Path) -> None:
    with moving.opened(interim / FILE, KEY) as other:
        other.execute("SELECT count(*) FROM docs").fetchone()
        with pytest.raises(StoreBusy):
            opened(interim)
    check(interim)


@pytest.mark.parametrize("rounds", [5, pytest.param(40, marks=pytest.mark.slow)])
def test_killed_at_any_moment_nothing_is_lost(tmp_path: Path, interim: Path, rounds: int) -> None:
    chance, moved = random.Random(rounds), 0
    for _ in range(rounds):
        folder = shutil.copytree(interim, tmp_path / "killed")
        command = [sys.executable, "-c", CHILD, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout and process.stdout.readline() == b"go\n"
            time.sleep(chance.uniform(0, 0.08))
            process.send_signal(signal.SIGKILL)
        moved += not is_sealed(folder / FILE)
        check(folder)
        shutil.rmtree(folder)
    print(f"mc: {rounds} kills while a record moved, {moved} after the change of places, nothing lost")
