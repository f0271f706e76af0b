"""Keep a copy: from Me to one locked file, and from that file to the same record on a device that had nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.context import App
from app.core.errors import RuleBroken
from app.features.me.commands import keep_copy
from app.features.mood.commands import log_mood
from app.main import make_app
from app.store.backup import TABLES, check_backup
from app.vault import Vault, keys
from tests.features.conftest import NOW, PASSCODE, SCOPE, ZONE
from tests.features.me.test_keys import says, shows, until
from tests.features.places import PHRASE, damage, downloads
from tests.harness import Window

Open = Callable[..., Window]
NEW = "864209"
__all__ = ["downloads"]


async def at_backup(window: Window, phrase: str = PHRASE, again: str = PHRASE) -> None:
    """Go there, and type the passphrase twice."""
    window.on_a_computer()
    await window.go("/me/backup")
    await window.type("Passphrase", phrase)
    await window.type("The same again", again)
    await window.tap("Make the copy")


def counts(app: App) -> dict[str, int]:
    """Rows of each table that travels, but for what this device alone remembers."""
    count = "SELECT count(*) AS n FROM {}"
    return {table: app.store.rows(count.format(table))[0]["n"] for table in TABLES if table != "state"}


@pytest.fixture
async def other_app(tmp_path: Path) -> AsyncIterator[App]:
    """A device that has nothing yet."""
    folder = tmp_path / "other"
    app = make_app(folder, now=lambda: NOW, vault=Vault(folder, fast=True), zone=ZONE)
    yield app
    app.lock()


async def restore(window: Window, file: Path, phrase: str = PHRASE) -> None:
    """From the first screen through the restore form."""
    window.on_a_computer()
    await window.tap("I have a backup")
    await window.tap("Type where the file is")
    await window.type("Where the file is", str(file))
    await window.type("Passphrase", phrase)
    await window.type("New passcode", NEW)
    await window.type("New one again", NEW)
    await window.tap("Bring it back")


async def test_me_leads_to_keep_a_copy(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me") as window:
        await window.tap("Keep a copy")
        assert window.route == "/me/backup" and shows(window, "You have not made a copy yet")


async def test_a_copy_lies_in_downloads_says_so_and_writes_over_nothing(
    app_with_record: App, open_at: Open, downloads: Path
) -> None:
    log_mood(app_with_record, 4, "a private note")
    async with open_at(app_with_record) as window:
        for name in ("Evenkeel-backup-2026-06-03.evenkeel", "Evenkeel-backup-2026-06-03-2.evenkeel"):
            await at_backup(window)
            await until(window, lambda: shows(window, "Your copy is made"))
            assert name in window.texts() and str(downloads) in window.texts()
            assert shows(window, "1 change in it waits to be sent")
            assert shows(window, "Your last copy is from Wed 3 June 2026")
            await window.tap("Make another copy")
    files = list(downloads.iterdir())
    assert len(files) == 2
    for file in files:
        assert b"private" not in file.read_bytes() and file.stat().st_mode & 0o77 == 0
        with file.open("rb") as stream:
            assert check_backup(stream, PHRASE, keys)["outbox"] == 1


@pytest.mark.parametrize(
    ("phrase", "again", "field", "said"),
    [
        ("123", "123", "Passphrase", "at least 6"),
        ("111111", "111111", "Passphrase", "not all the same"),
        (PHRASE, "three small boots", "The same again", "not the same"),
    ],
)
async def test_a_passphrase_that_will_not_do_is_said_at_its_field(
    app_with_record: App, open_at: Open, downloads: Path, phrase: str, again: str, field: str, said: str
) -> None:
    async with open_at(app_with_record) as window:
        await at_backup(window, phrase, again)
        await until(window, says(window, field, said))
    assert not list(downloads.iterdir())


async def test_a_folder_that_is_not_there_is_said_at_its_field(
    app_with_record: App, open_at: Open, downloads: Path
) -> None:
    async with open_at(app_with_record) as window:
        window.on_a_computer()
        await window.go("/me/backup")
        await window.type("Folder", str(downloads / "nowhere"))
        await window.type("Passphrase", PHRASE)
        await window.type("The same again", PHRASE)
        await window.submit("The same again")
        await until(window, says(window, "Folder", "no such folder"))
    assert app_with_record.store.state("last_backup_at") is None


async def test_a_copy_that_is_stopped_leaves_nothing_behind(
    app_with_record: App, open_at: Open, downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.features.me import commands

    real, begun = commands.make_backup, asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(app: App, out: Path, phrase: str, progress: Any, stop: Callable[[], bool]) -> Any:
        progress(1, 3)
        loop.call_soon_threadsafe(begun.set)
        while not stop():
            pass
        return real(app, out, phrase, progress, stop)

    monkeypatch.setattr(commands, "make_backup", slow)
    async with open_at(app_with_record) as window:
        await at_backup(window)
        await begun.wait()
        await window.settle()
        assert shows(window, "Saving your record into the file")
        await window.tap("Cancel")
        await until(window, lambda: shows(window, "Stopped, as you asked"))
    assert not list(downloads.iterdir())


async def test_two_windows_make_one_copy_at_a_time(app_with_record: App, downloads: Path) -> None:
    app, go_on = app_with_record, threading.Event()

    def slow(_done: int, _total: int) -> None:
        go_on.wait(10)

    first = asyncio.ensure_future(keep_copy(app, str(downloads), PHRASE, PHRASE, slow, lambda: False))
    while not list(downloads.iterdir()):
        await asyncio.sleep(0.01)
    with pytest.raises(RuleBroken, match=r"backup\.busy"):
        await keep_copy(app, str(downloads), "another phrase", "another phrase", slow, lambda: False)
    go_on.set()
    path, found = await first
    assert list(downloads.iterdir()) == [path] and found["docs"] == counts(app)["docs"]
    with path.open("rb") as stream:
        assert check_backup(stream, PHRASE, keys) == found
    assert (await keep_copy(app, str(downloads), PHRASE, PHRASE, slow, lambda: False))[0] != path


async def test_on_a_phone_the_system_is_asked_where_to_keep_it(
    app_with_record: App, open_at: Open, tmp_path: Path
) -> None:
    kept: list[Any] = []

    def save(args: Any) -> str | None:
        kept.append(args)
        return "/kept" if len(kept) > 1 else None

    async with open_at(app_with_record, "/me/backup", answers={"save_file": save}) as window:
        assert [field.label for field in window.find(ft.TextField)] == [
            "Passphrase",
            "The same again",
        ]
        for said in ("No place was chosen", "Your copy is made"):
            await window.type("Passphrase", PHRASE)
            await window.type("The same again", PHRASE)
            await window.tap("Make the copy")
            await until(window, lambda said=said: shows(window, said))
    file = tmp_path / "kept"
    file.write_bytes(kept[1]["src_bytes"])
    with file.open("rb") as stream:
        assert check_backup(stream, PHRASE, keys)["docs"]
    assert kept[1]["file_name"] == "Evenkeel-backup-2026-06-03.evenkeel"


async def test_from_one_device_through_an_erase_to_another_with_equal_counts(
    app_with_record: App, other_app: App, open_at: Open, downloads: Path
) -> None:
    log_mood(app_with_record, 4, "never sent")
    before = counts(app_with_record)
    async with open_at(app_with_record) as window:
        await at_backup(window)
        await until(window, lambda: shows(window, "Your copy is made"))
        await window.go("/me/keys")
        await window.tap("Sign out and erase")
        await window.tap("Go on to erase")
        await window.tap("Erase it")
        await until(window, lambda: "I have a backup" in window.buttons())
    (file,) = downloads.iterdir()
    async with open_at(other_app) as window:
        await restore(window, file)
        await until(window, lambda: shows(window, "Good morning, Rosa"))
        assert shows(window, "Ask your clinic for a new code to connect again")
        assert counts(other_app) == before and other_app.scope == SCOPE
        await window.go("/health")
        assert shows(window, "Not connected to a clinic")
        other_app.lock()
        await window.settle()
        await window.type("Passcode", NEW)
        await window.tap("Open")
        await until(window, lambda: "Enter a code" in window.buttons())
        await window.go("/today")
        await window.tap("Enter a code")
        assert window.route == "/welcome"
        await window.tap("Connect")
        assert "address that your clinic gave you" in str(window.field("Address of your clinic").error)


async def test_a_restored_record_left_alone_locks(
    other_app: App, app_with_record: App, open_at: Open, downloads: Path
) -> None:
    from app.ui.shell import lock_if_open

    async with open_at(app_with_record) as window:
        await at_backup(window)
        await until(window, lambda: shows(window, "Your copy is made"))
    (file,) = downloads.iterdir()
    async with open_at(other_app) as window:
        await restore(window, file)
        await until(window, lambda: shows(window, "Good morning, Rosa"))
        lock_if_open(other_app)
        await window.settle()
        assert other_app.locked and "Your record is locked" in window.texts()


async def test_a_backup_takes_the_place_of_a_damaged_record_which_is_kept(
    app_with_record: App, open_at: Open, downloads: Path
) -> None:
    from app import mend

    app = app_with_record
    log_mood(app, 4)
    before = counts(app)
    async with open_at(app) as window:
        await at_backup(window)
        await until(window, lambda: shows(window, "Your copy is made"))
    (file,) = downloads.iterdir()
    damage(app)
    async with open_at(app) as window:
        window.on_a_computer()
        await window.type("Passcode", PASSCODE)
        await window.tap("Open")
        await until(window, lambda: shows(window, "Here is what you can do"))
        await window.tap("Bring back a backup")
        assert shows(window, "is set aside and kept")
        await window.tap("Type where the file is")
        for label, text in (
            ("Where the file is", str(file)),
            ("Passphrase", "not this one"),
            ("New passcode", NEW),
            ("New one again", NEW),
        ):
            await window.type(label, text)
        await window.tap("Bring it back")
        await until(window, lambda: fields_with_errors(window))
        assert fields_with_errors(window) == ["Passphrase"] and not mend.asides(app.folder)
        await window.type("Passphrase", PHRASE)
        await window.tap("Bring it back")
        await until(window, lambda: shows(window, "Good morning, Rosa"))
    assert counts(app) == before
    assert [aside.is_whole for aside in mend.asides(app.folder)] == [True]


def fields_with_errors(window: Window) -> list[str]:
    return [field.label for field in window.find(ft.TextField) if field.error]
