"""Looking over, saving what reads, putting a copy back, a backup and back: what comes of it, and what stays."""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
from pathlib import Path

import pytest

from app.core.errors import (
    BackupDamaged,
    BackupStopped,
    BackupWrongPassphrase,
    NotEmpty,
    NotThere,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    WeakPasscode,
)
from app.mend import (
    asides,
    copies,
    look_over,
    make_backup,
    put_copy_back,
    restore_backup,
    save_what_reads,
)
from app.store import FILE
from app.store.backup import save_backup
from app.store.raw import PAGE
from app.store.swap import MAKING, PLAN, finish, making, planned
from sync.models import MoodEntry
from tests.mend.records import (
    COUNT,
    PASSCODE,
    PASSPHRASE,
    app_on,
    damage,
    founded,
    keys_of,
    moods,
    now,
    opened,
    page_of,
    prints,
    waiting,
)
from tests.store.killed import FAST


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return founded(tmp_path_factory.mktemp("whole") / "profile")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A record of its own."""
    return Path(shutil.copytree(whole, tmp_path / "profile"))


# --- looking


def test_a_look_changes_nothing_and_says_how_far_it_is(folder: Path) -> None:
    before, seen = prints(folder), []
    report = look_over(folder, keys_of(folder), lambda *pair: seen.append(pair))
    assert report.is_whole and seen[-1] == (report.pages, report.pages)
    after = prints(folder)
    assert {**after, "vault.json": ""} == {**before, "vault.json": ""}


def test_a_look_can_be_stopped(folder: Path) -> None:
    with pytest.raises(BackupStopped):
        look_over(folder, keys_of(folder), stop=lambda: True)


def test_a_look_finds_the_page_and_whose_it_was_also_one_of_nothing_but_zeros(folder: Path) -> None:
    damage(folder, page=9)
    data = bytearray((folder / FILE).read_bytes())
    data[11 * PAGE : 12 * PAGE] = bytes(PAGE)
    (folder / FILE).write_bytes(data)
    report = look_over(folder, keys_of(folder))
    assert report.bad.keys() == {9, 12} and report.first_bad and report.first_bad[0] == 9
    assert "unknown" not in report.bad.values()


def test_there_is_nothing_to_look_at_without_a_database(tmp_path: Path) -> None:
    with pytest.raises(NotThere):
        look_over(tmp_path, (b"k" * 32,))


# --- saving what reads


def test_what_reads_takes_the_place_of_the_damaged_record_which_goes_aside(folder: Path) -> None:
    damaged = damage(folder, page := page_of(folder, "docs"))
    saved = save_what_reads(folder, keys_of(folder), now)
    assert saved.aside == folder / "aside-20261123T083000Z" and (saved.aside / FILE).read_bytes() == damaged
    assert saved.report.bad == {page: "docs"} and look_over(folder, keys_of(folder)).is_whole
    assert moods(folder) == waiting(folder) == COUNT, "what waits brings its documents back"
    assert not (folder / MAKING).exists() and not (folder / PLAN).exists()
    assert [aside.is_whole for aside in asides(folder)] == [False]


def test_the_log_of_the_damaged_record_goes_with_it(whole: Path, folder: Path) -> None:
    app = opened(folder)
    app.store.put(MoodEntry(id="late", felt_at=now(), score=5))
    shutil.copytree(folder, live := folder.with_name("live"))
    app.lock()
    assert (live / f"{FILE}-wal").stat().st_size
    save_what_reads(live, keys_of(live), now)
    assert moods(live) == COUNT + 1 and (live / asides(live)[0].name / f"{FILE}-wal").exists()


@pytest.mark.parametrize("how", ["stopped", "another key"])
def test_saving_that_fails_leaves_the_damaged_record_in_place(folder: Path, how: str) -> None:
    damage(folder)
    keys, before = keys_of(folder), prints(folder)
    with pytest.raises(BackupStopped if how == "stopped" else StoreDamaged):
        if how == "stopped":
            save_what_reads(folder, keys, now, stop=lambda: True)
        else:
            save_what_reads(folder, (b"x" * 32,), now)
    assert prints(folder) == before and asides(folder) == []


def test_one_mends_at_a_time(folder: Path) -> None:
    with making(folder), pytest.raises(StoreBusy):
        save_what_reads(folder, keys_of(folder), now)
    assert moods(folder) == COUNT


# --- the copy from before an update


def test_a_copy_from_before_an_update_takes_the_place_of_the_record(folder: Path) -> None:
    damage(folder)
    [copy] = copies(folder)
    assert copy.migration == "second" and copy.made_at.tzinfo
    aside = put_copy_back(folder, keys_of(folder), copy.name, now)
    assert moods(folder) == COUNT - 1 and (aside / FILE).exists() and copies(folder) == [copy]


def test_only_a_copy_that_is_there_whole_and_opens_is_put_back(folder: Path) -> None:
    [copy] = copies(folder)
    keys = keys_of(folder)
    with pytest.raises(NotThere):
        put_copy_back(folder, keys, "../vault.json", now)
    with pytest.raises(StoreDamaged):
        put_copy_back(folder, (b"x" * 32,), copy.name, now)
    data = bytearray((folder / copy.name).read_bytes())
    data[-99] ^= 1
    (folder / copy.name).write_bytes(data)
    with pytest.raises(StoreDamaged):
        put_copy_back(folder, keys, copy.name, now)
    assert moods(folder) == COUNT and asides(folder) == []


# --- a backup and back


def test_a_backup_is_made_while_the_app_is_used(folder: Path, tmp_path: Path) -> None:
    app = opened(folder)

    def write_meanwhile(done: int, _total: int) -> None:
        app.store.put(MoodEntry(id=f"late{done}", felt_at=now(), score=5))

    assert make_backup(app, tmp_path / "mine", PASSPHRASE, write_meanwhile)["docs"] == COUNT
    assert len(app.store.find(MoodEntry)) > COUNT
    app.lock()


async def test_locking_the_app_stops_a_backup(folder: Path, tmp_path: Path) -> None:
    app = opened(folder)
    with pytest.raises(BackupStopped):
        await asyncio.to_thread(
            make_backup, app, tmp_path / "mine", PASSPHRASE, lambda *_: setattr(app, "is_open", False)
        )
    assert not list(tmp_path.glob("mine*"))
    app.is_open = True
    app.lock()


def test_a_backup_needs_a_passphrase_that_is_one(folder: Path, tmp_path: Path) -> None:
    app = opened(folder)
    with pytest.raises(WeakPasscode):
        make_backup(app, tmp_path / "mine", "aaaaaa")
    app.lock()


@pytest.fixture(scope="module")
def backup(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup")
    app = opened(Path(shutil.copytree(whole, folder / "profile")))
    save_backup(app.store, folder / "mine", PASSPHRASE, FAST)
    app.lock()
    return folder / "mine"


async def test_a_restored_record_is_open_not_enrolled_and_waits_to_send(backup: Path, tmp_path: Path) -> None:
    app = app_on(tmp_path / "new")
    counts = await restore_backup(app, backup, PASSPHRASE, "another code")
    assert app.is_open and not app.is_enrolled and counts["docs"] == COUNT
    assert len(app.store.pending(9999)) == COUNT
    app.lock()
    assert moods(tmp_path / "new", "another code") == COUNT and app.vault.is_founded


@pytest.mark.parametrize("how", ["passphrase", "passcode", "stopped", "stopped late", "damaged"])
async def test_a_restore_that_fails_leaves_the_device_as_it_was(
    backup: Path, tmp_path: Path, how: str
) -> None:
    app, source, told = app_on(tmp_path / "new"), tmp_path / "copy", []
    data = backup.read_bytes()
    source.write_bytes(data[:-9] if how == "damaged" else data)
    errors = {"passphrase": BackupWrongPassphrase, "passcode": WeakPasscode, "damaged": BackupDamaged}
    stop = {"stopped": lambda: True, "stopped late": lambda: len(told) > 1}
    with pytest.raises(errors.get(how, BackupStopped)):
        await restore_backup(
            app,
            source,
            PASSPHRASE + "x" * (how == "passphrase"),
            "aaaaaa" if how == "passcode" else PASSCODE,
            lambda *pair: told.append(pair),
            stop.get(how),
        )
    assert not app.is_open and not app.vault.exists and prints(tmp_path / "new") == {}
    assert len(told) == {"stopped late": 2, "stopped": 1, "damaged": 3}.get(how, 0)


async def test_a_backup_is_not_restored_over_a_record(folder: Path, backup: Path) -> None:
    before = prints(folder)
    with pytest.raises(NotEmpty):
        await restore_backup(app_on(folder), backup, PASSPHRASE, PASSCODE)
    assert prints(folder) == before and waiting(folder) == COUNT


# --- the plan


@pytest.mark.parametrize(
    "plan", ["", "{", "7", "[[1]]", '[["../a", "b"]]', '[["/etc/passwd", "b"]]', '[["..", "b"]]']
)
def test_a_plan_that_makes_no_sense_or_leads_outside_moves_nothing(folder: Path, plan: str) -> None:
    (folder / PLAN).write_text(plan)
    (folder.parent / "a").write_text("outside")
    assert planned(folder) == []
    finish(folder)
    assert moods(folder) == COUNT and (folder.parent / "a").exists()


def test_a_swap_that_cannot_be_ended_now_keeps_what_was_made_and_is_ended_later(folder: Path) -> None:
    damage(folder)
    copy = folder / copies(folder)[0].name
    with pytest.raises(FileNotFoundError), making(folder) as made:
        shutil.copy(copy, made / FILE)
        (folder / PLAN).write_text(json.dumps([[FILE, f"gone/{FILE}"], [f"{MAKING}/{FILE}", FILE]]))
        finish(folder)
    app_on(folder)
    assert (folder / MAKING / FILE).exists() and (folder / PLAN).exists()
    (folder / "gone").mkdir()
    assert moods(folder) == COUNT - 1 and not (folder / PLAN).exists()


def test_a_full_disk_leaves_the_damaged_record_in_place(folder: Path) -> None:
    damage(folder)
    keys, before = keys_of(folder), prints(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        with pytest.raises(StoreError):
            save_what_reads(folder, keys, now)
        with pytest.raises(StoreFull):
            put_copy_back(folder, keys, copies(folder)[0].name, now)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert prints(folder) == before and asides(folder) == []
