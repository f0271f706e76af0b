"""A record that does not open: each way out is taken from taps, against real damage; none is a dead end."""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import flet as ft
import pytest

from app import mend
from app.context import App
from app.core.errors import MigrationFailed, StoreBusy, StoreError, StoreFull, StoreNewer
from app.features.mood.commands import log_mood
from app.features.welcome.rules import TROUBLES, count_by_name, name_owner, trouble_of
from app.store import FILE
from app.store.snapshots import snapshot
from app.vault.envelope import FILE as ENVELOPE
from sync.models import MoodEntry
from tests.features.conftest import PASSCODE
from tests.features.me.test_keys import shows, until
from tests.features.places import damage, downloads, flip, opens, pages_of
from tests.harness import Window

Open = Callable[..., Window]
__all__ = ["downloads"]


async def try_to_open(window: Window) -> None:
    """Type the passcode, and wait for what comes instead of the record."""
    await window.type("Passcode", PASSCODE)
    await window.tap("Open")
    await until(window, lambda: shows(window, "Here is what you can do") or "Try again" in window.buttons())


async def test_a_damaged_record_says_so_and_offers_every_way(app_with_record: App, open_at: Open) -> None:
    damage(app_with_record)
    before = (app_with_record.folder / FILE).read_bytes()
    async with open_at(app_with_record) as window:
        await try_to_open(window)
        assert "Your record is damaged" in window.texts() and shows(window, "Nothing was deleted")
        for way in ("Look at every page", "Save what still reads", "Bring back a backup"):
            assert window.button(way)
        assert window.button("Make a copy for support") and window.button("Start again without this record")
        assert not any(name.startswith("Put back") for name in window.buttons())
        await window.tap("Try again")
        await until(window, lambda: "Look at every page" in " ".join(window.buttons()))
        await window.tap("Back to the passcode")
        assert window.field("Passcode") and shows(window, "Your record is locked")
    assert (app_with_record.folder / FILE).read_bytes() == before


async def test_a_look_names_the_first_bad_page_in_plain_words(app_with_record: App, open_at: Open) -> None:
    log_mood(app_with_record, 4)
    app_with_record.lock()
    waiting = pages_of(app_with_record, lambda owner: owner == "outbox")[0]
    flip(app_with_record.folder / FILE, waiting)
    damage(app_with_record)
    async with open_at(app_with_record) as window:
        await try_to_open(window)
        await window.tap("Look at every page")
        await until(window, lambda: shows(window, "2 pages of"))
        assert shows(window, "The first one is page 1.")
        await window.tap("Back to all ways")
        assert window.button("Save what still reads")


async def test_what_still_reads_comes_back_and_is_counted(app_with_record: App, open_at: Open) -> None:
    app = app_with_record
    log_mood(app, 4)
    damage(app)
    async with open_at(app) as window:
        await try_to_open(window)
        await window.tap("Save what still reads")
        await until(window, lambda: shows(window, "What came back"))
        assert "Entries of your health record" in window.texts() and "Moods" in window.texts()
        assert shows(window, "1 change that waits to be sent came back")
        assert shows(window, "The damaged record is kept")
        await window.tap("Open my record")
        await until(window, lambda: shows(window, "Good morning, Rosa"))
    assert len(app.store.find(MoodEntry)) == 1
    assert [aside.is_whole for aside in mend.asides(app.folder)] == [False]


async def test_what_is_lost_is_said_by_kind(app_with_record: App, open_at: Open) -> None:
    app = app_with_record
    for day in range(60):
        log_mood(app, day % 5 + 1, "a long note " * 60)
    app.lock()
    leaves = pages_of(app, lambda owner: owner == "docs")
    damage(app, *leaves[-2:])
    async with open_at(app) as window:
        await try_to_open(window)
        await window.tap("Save what still reads")
        await until(window, lambda: shows(window, "What is lost"))
        assert shows(window, "Your clinic sends its part again") or shows(window, "Nothing that we know of")


async def test_a_record_of_which_nothing_reads_is_no_dead_end(app_with_record: App, open_at: Open) -> None:
    app = app_with_record
    app.lock()
    file = app.folder / FILE
    file.write_bytes(os.urandom(file.stat().st_size))
    async with open_at(app) as window:
        await try_to_open(window)
        await window.tap("Save what still reads")
        await until(window, lambda: shows(window, "Not one page can be read"))
        assert window.button("Bring back a backup") and window.button("Start again without this record")
    assert file.exists()


async def test_a_database_that_is_gone_still_offers_ways(app_with_record: App, open_at: Open) -> None:
    app_with_record.lock()
    for file in app_with_record.folder.glob(f"{FILE}*"):
        file.unlink()
    async with open_at(app_with_record) as window:
        await try_to_open(window)
        await window.tap("Look at every page")
        await until(window, lambda: shows(window, "no such record or copy"))
        await window.tap("Start again without this record")
        await window.tap("Set it aside and start again")
        await window.tap("Set it aside")
        await until(window, lambda: "Start" in window.buttons())


async def test_a_damaged_lock_file_says_so_and_can_be_set_aside(
    app_with_record: App, open_at: Open, downloads: Path
) -> None:
    app = app_with_record
    app.lock()
    (app.folder / ENVELOPE).write_text("{")
    async with open_at(app) as window:
        await try_to_open(window)
        assert "The file with the lock is damaged" in window.texts()
        assert not any(name.startswith(("Look", "Save")) for name in window.buttons())
        await window.tap("Make a copy for support")
        await until(window, lambda: shows(window, "No code was made"))
        assert list(downloads.glob("Evenkeel-support-*.tar"))
        await window.tap("Back to all ways")
        await window.tap("Start again without this record")
        await window.tap("Keep it as it is")
        await window.tap("Start again without this record")
        await window.tap("Set it aside and start again")
        await window.tap("Set it aside")
        await until(window, lambda: "Start" in window.buttons())
        assert shows(window, "An older record is kept on this device")
    assert (app.folder / mend.asides(app.folder)[0].name / FILE).exists()


async def test_the_copy_from_before_an_update_can_be_put_back(app_with_record: App, open_at: Open) -> None:
    app = app_with_record
    snapshot(app.store.db, app.folder, "m005")
    log_mood(app, 2)
    damage(app)
    async with open_at(app) as window:
        await try_to_open(window)
        await window.tap("Put back the copy from before the update")
        await until(window, lambda: shows(window, "is in place"))
        await window.tap("Open my record")
        await until(window, lambda: shows(window, "Good morning, Rosa"))
    assert not app.store.find(MoodEntry) and mend.asides(app.folder)


async def test_support_gets_a_file_and_the_person_alone_the_code(
    app_with_record: App, open_at: Open, downloads: Path
) -> None:
    damage(app_with_record)
    async with open_at(app_with_record) as window:
        await try_to_open(window)
        await window.tap("Make a copy for support")
        await until(window, lambda: shows(window, "With this code, support can read your record"))
        code = "-".join(text for text in window.texts() if re.fullmatch(r"[0-9A-Z]{4}", text))
        assert len(code) > 20 and shows(window, "shown only now")
        (file,) = downloads.glob("Evenkeel-support-*.tar")
        assert file.name in window.texts()
    data = file.read_bytes()
    assert code.encode() not in data and b"Rosa" not in data and b"Metformin" not in data
    with tarfile.open(file) as tar:
        assert "report.json" in " ".join(tar.getnames())


@pytest.mark.parametrize(
    ("error", "title", "text"),
    [
        (StoreNewer(), "Your record needs a newer app", "Please update the app"),
        (StoreFull(), "This device is full", "Free some space"),
        (StoreBusy(), "Your record is in use", "Please close that one"),
        (MigrationFailed("s.db"), "Your record is not ready for this version", "It is as it was"),
        (StoreError(), "Your record did not open", "Nothing was deleted"),
    ],
    ids=["newer", "full", "busy", "migration", "other"],
)
async def test_each_trouble_has_its_own_words_and_trying_again_helps_when_it_is_over(
    app_with_record: App,
    open_at: Open,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    title: str,
    text: str,
) -> None:
    app = app_with_record
    app.lock()

    async def fails(_: str) -> None:
        raise error

    monkeypatch.setattr(app, "unlock", fails)
    async with open_at(app) as window:
        await try_to_open(window)
        assert title in window.texts() and shows(window, text)
        assert "Make a copy for support" in " ".join(window.buttons())
        assert not window.find(ft.TextField)
        monkeypatch.undo()
        await window.tap("Try again")
        await until(window, lambda: shows(window, "Good morning, Rosa"))


def test_every_trouble_has_words_in_both_languages_and_a_way_out(app_with_record: App) -> None:
    from app.ui.strings import Words

    for name, ways in TROUBLES.values():
        assert ways
        for language in ("en", "es"):
            words = Words(language, app_with_record.now, app_with_record.zone)
            keys = [f"{name}_title", f"{name}_text", *ways, *(f"{way}_text" for way in ways)]
            assert all(words.has(f"mend.{key}") for key in keys)
    assert trouble_of(None) is None and trouble_of(ValueError()) is None


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("docs", "docs"),
        ("sqlite_autoindex_docs_1", "index"),
        ("mood_felt", "index"),
        ("search_content", "search"),
        ("unknown", "unknown"),
        ("sqlite_master", "schema"),
    ],
)
def test_what_a_page_held_is_said_in_words(owner: str, name: str) -> None:
    assert name_owner(owner) == name


def test_kinds_without_words_are_counted_together() -> None:
    assert count_by_name({"mood": 2, "x": 1, "y": 3, "z": 0}, lambda kind: kind == "mood") == {
        "mood": 2,
        "other": 4,
    }


async def test_the_damage_of_these_tests_is_real(app_with_record: App) -> None:
    damage(app_with_record)
    assert not await opens(app_with_record)
