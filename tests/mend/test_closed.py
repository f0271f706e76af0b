"""One door: nobody moves the files of a record that is open, and nobody opens one whose files are being moved."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from app import mend
from app.context import App
from app.core.errors import StoreBusy, StoreLocked
from app.features.welcome import commands
from app.store.backup import save_backup
from app.vault import Vault, keys
from sync.models import MoodEntry
from tests.mend.records import PASSCODE, PASSPHRASE, app_on, damage, founded, moods, now, opened, page_of
from tests.store.killed import FAST

BY_PASSCODE = commands.way_of(commands.open_record, PASSCODE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return founded(tmp_path / "profile", 5)


class Held:
    """Work in a thread that goes on when it is told to: `progress` of a mending, or a try at a passcode."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def progress(self, *_: int) -> None:
        """Wait."""
        self.begun.set()
        assert self.go.wait(10)

    def before(self, work: Any) -> Any:
        """The same work, after the wait."""

        def later(*given: Any) -> Any:
            self.progress()
            return work(*given)

        return later

    async def reached(self) -> None:
        """Until the work waits."""
        assert await asyncio.to_thread(self.begun.wait, 10)


def mood(id: str) -> MoodEntry:
    return MoodEntry(id=id, felt_at=now(), score=3)


async def test_a_record_that_another_window_opens_is_not_set_aside(folder: Path) -> None:
    app = app_on(folder)
    opening = asyncio.ensure_future(commands.open_record(app, PASSCODE))
    await asyncio.sleep(0)
    with pytest.raises(StoreBusy):
        await commands.start_again(app)
    await opening
    app.store.put(mood("late"))
    app.lock()
    assert moods(folder) == 6 and mend.asides(folder) == []


async def test_every_work_on_the_files_is_refused_while_the_record_is_open(folder: Path) -> None:
    damage(folder, page_of(folder, "outbox"))
    aside = mend.save_what_reads(folder, Vault(folder, fast=True).unlock(PASSCODE), now).aside.name
    app, nothing, copy = opened(folder), lambda *_: None, mend.copies(folder)[0].name
    for work in (
        commands.look_over(app, BY_PASSCODE, nothing, lambda: False),
        commands.save_what_reads(app, BY_PASSCODE, nothing, lambda: False),
        commands.put_copy_back(app, BY_PASSCODE, copy, nothing),
        commands.copy_for_support(app, BY_PASSCODE, folder.parent),
        commands.restore(app, folder / "none", PASSPHRASE, PASSCODE, nothing, lambda: False),
        commands.bring_back(app, aside),
        commands.drop(app, aside, PASSCODE),
    ):
        with pytest.raises(StoreBusy):
            await work
    app.store.put(mood("late"))
    app.lock()
    assert moods(folder) == 6


async def test_who_opens_while_it_is_mended_waits_and_loses_nothing(folder: Path) -> None:
    app, held = app_on(folder), Held()
    work = commands.save_what_reads(app, BY_PASSCODE, held.progress, lambda: False)
    mending = asyncio.ensure_future(work)
    await held.reached()
    opening = asyncio.ensure_future(commands.open_record(app, PASSCODE))
    await asyncio.sleep(0.05)
    assert not app.is_open
    held.go.set()
    await asyncio.gather(mending, opening)
    app.store.put(mood("late"))
    app.lock()
    assert moods(folder) == 6


async def test_work_that_nobody_waits_for_any_more_still_keeps_the_door(folder: Path) -> None:
    app, held = app_on(folder), Held()
    copy = mend.copies(folder)[0].name
    work = asyncio.ensure_future(commands.put_copy_back(app, BY_PASSCODE, copy, held.progress))
    await held.reached()
    work.cancel()
    opening = asyncio.ensure_future(commands.open_record(app, PASSCODE))
    await asyncio.sleep(0.05)
    assert not app.is_open and not mend.asides(folder)
    held.go.set()
    await opening
    assert len(app.store.find(MoodEntry)) == 4 and mend.asides(folder)
    app.lock()


async def test_a_try_under_way_does_not_bring_the_old_lock_back_after_a_restore(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored, real = founded(folder.parent / "other", 3, "another code"), keys.derive_passcode_key

    def meanwhile(passcode: str, kdf: Any) -> bytes:
        (folder / "vault.json").write_bytes((restored / "vault.json").read_bytes())
        return real(passcode, kdf)

    monkeypatch.setattr(keys, "derive_passcode_key", meanwhile)
    assert Vault(folder, fast=True).unlock(PASSCODE)
    monkeypatch.undo()
    assert (folder / "vault.json").read_bytes() == (restored / "vault.json").read_bytes()


async def test_a_restore_takes_the_place_of_a_closed_record_and_keeps_it(folder: Path) -> None:
    other = opened(founded(folder.parent / "other", 3))
    save_backup(other.store, folder.parent / "mine", PASSPHRASE, FAST)
    other.lock()
    app = app_on(folder)
    given = (app, folder.parent / "mine", PASSPHRASE, "another code")
    await commands.restore(*given, lambda *_: None, lambda: False)
    assert app.is_open and len(app.store.find(MoodEntry)) == 3
    app.lock()
    await commands.bring_back(app, mend.asides(folder)[0].name)
    assert moods(folder) == 5


# --- locked in the middle


async def locked_meanwhile(app: App, work: Any, held: Held) -> None:
    """Begin, lock as another window would while the passcode is tried, and go on."""
    begun = asyncio.ensure_future(work)
    await held.reached()
    app.lock()
    held.go.set()
    with pytest.raises(StoreLocked):
        await begun


async def test_a_passcode_changed_while_it_locks_never_guards_a_key_that_opens_nothing(folder: Path) -> None:
    app, held = opened(folder), Held()
    app.vault.begin_rotation(PASSCODE)
    app.vault.unlock = held.before(app.vault.unlock)  # type: ignore[method-assign]
    await locked_meanwhile(app, app.change_passcode(PASSCODE, "a quite new one"), held)
    assert moods(folder) == 5


async def test_a_new_key_is_not_made_for_a_record_that_was_locked_meanwhile(folder: Path) -> None:
    app, held = opened(folder), Held()
    app.vault.begin_rotation = held.before(app.vault.begin_rotation)  # type: ignore[method-assign]
    await locked_meanwhile(app, app.rotate_key(PASSCODE), held)
    assert moods(folder) == 5 and len(Vault(folder, fast=True).unlock(PASSCODE)) == 1


async def test_a_backup_of_a_locked_record_says_that_it_is_locked(folder: Path) -> None:
    app = opened(folder)
    store = app.store
    app.lock()
    for closed in (app, app_on(folder)):
        with pytest.raises(StoreLocked):
            mend.make_backup(closed, folder / "mine", PASSPHRASE)
    with pytest.raises(StoreLocked):
        store.second()
    assert not (folder / "mine").exists()
