"""kill -9 before any step of any mending: one of the two records is in place, and the next try ends it."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clinic_process import with_root
from app.mend import asides, bring_back, copies, set_aside
from app.store import FILE, has_files
from app.store.backup import save_backup
from app.store.swap import PLAN
from tests.mend.killed import act
from tests.mend.records import (
    COUNT,
    PASSPHRASE,
    app_on,
    damage,
    founded,
    keys_of,
    moods,
    now,
    opened,
    page_of,
)
from tests.store.killed import FAST


@pytest.fixture(params=[4, pytest.param(1, marks=pytest.mark.slow)])
def stride(request: pytest.FixtureRequest) -> int:
    """Every fourth step, or in the long run every step."""
    return int(request.param)


def every_step(what: str, folder: Path, out: Path, stride: int) -> Iterator[Path]:
    """Profiles that were killed before each step, the app having started again since; the last one was not killed."""
    command = [sys.executable, "-m", "tests.mend.killed", what, str(folder), str(out), str(stride)]
    subprocess.run(command, check=True, env=with_root(), cwd=Path(__file__).parents[2])
    killed = sorted(out.iterdir(), key=lambda path: int(path.name))
    assert len(killed) > 6 / stride
    for path in killed:
        app_on(path)
        assert not (path / PLAN).exists()
        yield path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return founded(tmp_path / "profile")


def test_saving_what_reads(folder: Path, tmp_path: Path, stride: int) -> None:
    damaged, states = damage(folder, page_of(folder, "outbox")), set()
    for path in every_step("save", folder, tmp_path / "out", stride):
        aside = asides(path)
        in_place = (path / FILE).read_bytes() == damaged
        states.add(in_place)
        if in_place:
            act("save", path)
        assert (path / (aside or asides(path))[0].name / FILE).read_bytes() == damaged
        assert moods(path) == COUNT, "the documents were whole"
    assert states == {True, False}


def test_putting_a_copy_back(folder: Path, tmp_path: Path, stride: int) -> None:
    found = set()
    for path in every_step("put back", folder, tmp_path / "out", stride):
        found.add(here := moods(path))
        assert len(copies(path)) == 1 and bool(asides(path)) is (here == COUNT - 1)
        if here == COUNT:
            act("put back", path)
        assert moods(path) == COUNT - 1
    assert found == {COUNT, COUNT - 1}


def test_setting_aside(folder: Path, tmp_path: Path, stride: int) -> None:
    found = set()
    for path in every_step("set aside", folder, tmp_path / "out", stride):
        app = app_on(path)
        found.add(app.vault.exists)
        assert app.vault.exists == has_files(path) == bool(copies(path)), "all of it or nothing"
        if app.vault.exists:
            act("set aside", path)
        bring_back(path, asides(path)[-1].name, now)
        assert moods(path) == COUNT and len(copies(path)) == 1 and asides(path) == []
    assert found == {True, False}


def test_bringing_back_over_another_record(folder: Path, tmp_path: Path, stride: int) -> None:
    set_aside(folder, now)
    founded(folder, 3, "a newer code")
    found = set()
    for path in every_step("bring back", folder, tmp_path / "out", stride):
        passcodes = [(COUNT, "correct horse"), (3, "a newer code")]
        for _ in range(2):
            in_place = [count for count, code in passcodes if opens(path, code, count)]
            assert len(in_place) == 1
            found.add(in_place[0])
            whole = [aside.name for aside in asides(path) if aside.is_whole]
            assert len(whole) == 1, "the other one lies aside"
            bring_back(path, whole[0], now)
    assert found == {3, COUNT}


def opens(folder: Path, passcode: str, count: int) -> bool:
    """This passcode opens the record in place, and it has so many moods."""
    from app.core.errors import WrongPasscode

    try:
        return moods(folder, passcode) == count
    except WrongPasscode:
        return False


def test_a_dropped_record_is_gone_or_still_to_be_dropped_and_the_present_one_is_not_touched(
    folder: Path, tmp_path: Path, stride: int
) -> None:
    set_aside(folder, now)
    founded(folder, 3)
    for path in every_step("drop", folder, tmp_path / "out", stride):
        left = asides(path)
        assert moods(path) == 3
        if left:
            act("drop", path)
        assert asides(path) == [] and moods(path) == 3


def test_restoring_a_backup(folder: Path, tmp_path: Path, stride: int) -> None:
    app, source, found = opened(folder), tmp_path / "source", set()
    source.mkdir()
    save_backup(app.store, source / "mine", PASSPHRASE, FAST)
    app.lock()
    for path in every_step("restore", source, tmp_path / "out", stride):
        app = app_on(path)
        found.add(app.vault.exists)
        assert app.vault.exists == has_files(path)
        if not app.vault.exists:
            act("restore", path)
        assert moods(path) == COUNT
    assert found == {True, False}


def test_restoring_a_backup_over_another_record(folder: Path, tmp_path: Path, stride: int) -> None:
    app, found = opened(folder), set()
    there = founded(tmp_path / "there", 3, "a newer code")
    save_backup(app.store, there / "mine", PASSPHRASE, FAST)
    app.lock()
    for path in every_step("restore over", there, tmp_path / "out", stride):
        old = opens(path, "a newer code", 3)
        found.add(old)
        assert old is not opens(path, "correct horse", COUNT), "one of the two is in place"
        assert [aside.is_whole for aside in asides(path)] == [True] * (not old)
    assert found == {True, False}


def test_what_a_killed_try_left_half_made_is_swept_away(folder: Path, tmp_path: Path) -> None:
    keys = keys_of(folder)
    shutil.copytree(folder, half := tmp_path / "half")
    (half / "making").mkdir()
    (half / "making" / FILE).write_bytes((folder / FILE).read_bytes()[:5000])
    act("save", half)
    assert keys_of(half) == keys and moods(half) == COUNT and not (half / "making").exists()


WORK = """
import sys
import time
from pathlib import Path
from tests.mend.killed import act
print("begun", flush=True)
act("save", Path(sys.argv[1]))
"""


@pytest.mark.slow
def test_a_kill_at_any_moment_while_the_rescued_record_is_written(folder: Path, tmp_path: Path) -> None:
    damaged, chance = damage(folder, page_of(folder, "outbox")), random.Random(1)
    for turn in range(25):
        path = Path(shutil.copytree(folder, tmp_path / f"{turn}"))
        command = [sys.executable, "-c", WORK, str(path)]
        root = Path(__file__).parents[2]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=with_root(), cwd=root) as work:
            assert work.stdout and work.stdout.readline() == b"begun\n"
            time.sleep(chance.uniform(0, 0.15))
            work.kill()
        app_on(path)
        if (path / FILE).read_bytes() == damaged:
            act("save", path)
        assert moods(path) == COUNT and (path / asides(path)[0].name / FILE).read_bytes() == damaged
