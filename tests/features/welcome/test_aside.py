"""No way in: the record set aside whole, a new beginning, and the old one back again, or gone for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import flet as ft
import pytest

from app import mend
from app.context import App
from app.core.errors import StoreFull
from app.features.mood.commands import log_mood
from app.features.welcome.commands import restore
from app.mend import copying
from app.store import FILE
from sync.models import MoodEntry
from tests.conftest import ROSA, Phone
from tests.features.conftest import PASSCODE
from tests.features.me.test_keys import says, shows, until
from tests.features.places import damage
from tests.features.welcome.test_welcome import to_passcode
from tests.harness import Window

Open = Callable[..., Window]


async def set_aside(window: Window) -> None:
    """From the locked app to a new beginning."""
    await window.tap("I forgot my passcode")
    await window.tap("I have none of these")
    await window.tap("Set it aside and start again")
    await window.tap("Set it aside")
    await until(window, lambda: "Start" in window.buttons())


async def test_starting_again_says_what_it_means_and_asks(app_with_record: App, open_at: Open) -> None:
    app = app_with_record
    app.lock()
    async with open_at(app) as window:
        await window.tap("I forgot my passcode")
        await window.tap("I have none of these")
        said = " ".join(window.texts())
        assert "join your clinic again with a new code" in said and "What was not sent stays locked" in said
        await window.tap("Set it aside and start again")
        await window.tap("Go back")
        await window.tap("Keep it as it is")
        assert window.field("Passcode")
    assert app.vault.unlock(PASSCODE) and not mend.asides(app.folder)


async def test_a_record_set_aside_comes_back_with_its_passcode_and_what_waited(
    app_with_record: App, open_at: Open
) -> None:
    app = app_with_record
    log_mood(app, 4)
    app.lock()
    async with open_at(app) as window:
        await set_aside(window)
        assert shows(window, "An older record is kept on this device")
        assert not any("Rosa" in text for text in window.texts())
        await window.tap("Bring it back")
        await until(window, lambda: shows(window, "Your record is locked"))
        await window.type("Passcode", PASSCODE)
        await window.tap("Open")
        await until(window, lambda: shows(window, "Good morning, Rosa"))
    assert len(app.store.find(MoodEntry)) == 1 and not mend.asides(app.folder)


async def test_a_new_beginning_joins_the_clinic_and_the_old_record_waits_behind_the_lock(
    phone: Phone, open_at: Open
) -> None:
    app = phone.app
    log_mood(app, 4, "never sent")
    app.lock()
    code, _ = phone.clinic.invite(ROSA)
    async with open_at(app) as window:
        await set_aside(window)
        await to_passcode(window, code)
        await window.tap("Open my record")
        await until(window, lambda: shows(window, "Nothing else today."))
        await phone.sync()
        await until(window, lambda: shows(window, "Good morning, Rosa"))
        assert not app.store.find(MoodEntry)
        app.lock()
        await window.settle()
        await window.tap("I forgot my passcode")
        assert shows(window, "the record that is here now is set aside in its place")
        await window.tap("Bring it back")
        await until(window, lambda: shows(window, "Your record is locked"))
    await app.unlock(PASSCODE)
    assert [mood.note for mood in app.store.find(MoodEntry)] == ["never sent"]
    assert len(mend.asides(app.folder)) == 1


async def test_erasing_what_was_just_set_aside_asks_twice_and_for_its_passcode(
    app_with_record: App, open_at: Open
) -> None:
    app = app_with_record
    app.lock()
    async with open_at(app) as window:
        await set_aside(window)
        (kept,) = mend.asides(app.folder)
        await window.tap("Erase it for good")
        assert shows(window, "Nothing can bring it back after that")
        assert shows(window, "From Wed 10 June 2026 on you can erase it without the passcode")
        await window.tap("Keep it")
        await window.tap("Erase it for good")
        await window.tap("Erase it for good")
        assert "Please type your passcode" in str(window.field("Its passcode").error)
        await window.type("Its passcode", "not this one")
        await window.tap("Erase it for good")
        await window.tap("Erase it")
        await until(window, lambda: shows(window, "That passcode is not right"))
        assert (app.folder / kept.name / FILE).exists()
        await window.type("Its passcode", PASSCODE)
        await window.tap("Erase it for good")
        await window.tap("Erase it")
        await until(window, lambda: not shows(window, "An older record"))
    assert not mend.asides(app.folder) and not (app.folder / kept.name).exists()


async def test_a_week_later_what_was_set_aside_can_be_erased_without_its_passcode(
    app_with_record: App, open_at: Open
) -> None:
    app = app_with_record
    app.lock()
    mend.set_aside(app.folder, lambda: app.now() - timedelta(days=7))
    async with open_at(app) as window:
        await window.tap("Erase it for good")
        assert not window.find(ft.TextField)
        await window.tap("Erase it for good")
        await window.tap("Erase it")
        await until(window, lambda: not shows(window, "An older record"))
    assert not mend.asides(app.folder)


async def test_a_damaged_record_that_was_just_set_aside_is_kept_for_a_week(
    app_with_record: App, open_at: Open
) -> None:
    app = app_with_record
    damage(app)
    mend.save_what_reads(app.folder, app.vault.unlock(PASSCODE), app.now)
    async with open_at(app) as window:
        await window.tap("I forgot my passcode")
        assert shows(window, "It is kept for 7 days. From Wed 10 June 2026 on you can erase it.")
        assert "Bring it back" in window.buttons() and "Erase it for good" not in window.buttons()


async def test_too_many_tries_does_not_blame_a_passcode_that_was_not_tried() -> None:
    from app.core.errors import TooManyTries
    from app.ui.failures import explain
    from tests.ui.test_strings import say

    for language, said in (("en", "not tried"), ("es", "no se probó")):
        text = explain(TooManyTries(30), say(language)).text
        assert said in text and "30" in text and "right" not in text and "correcta" not in text


async def test_a_restored_record_is_connected_with_a_new_code_and_sends_what_waits(
    phone: Phone, open_at: Open
) -> None:
    app = phone.app
    log_mood(app, 4, "waits")
    app.store.keep(credentials=None)
    async with open_at(app) as window:
        assert shows(window, "This device is not connected to a clinic")
        await window.tap("Enter a code")
        await window.type("Address of your clinic", "https://clinic.test")
        await window.type("Your code", "AAAA-BBBB-CCCC-DDDDD")
        await window.tap("Connect")
        await until(window, says(window, "Your code", "does not work"))
        code, _ = phone.clinic.invite(ROSA)
        await window.type("Your code", code)
        await window.submit("Your code")
        await until(window, lambda: shows(window, "This device is connected to your clinic"))
        await phone.sync()
        assert not app.store.rows("SELECT 1 FROM outbox")
        await window.go("/today")
        assert not shows(window, "not connected")


async def test_a_restore_that_fails_half_way_leaves_the_old_record_where_it_was(
    app_with_record: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, file = app_with_record, tmp_path / "copy"
    mend.make_backup(app, file, "three small boats")
    app.lock()
    before = (app.folder / FILE).read_bytes()

    def full(*_: object, **__: object) -> None:
        raise StoreFull()

    monkeypatch.setattr(copying, "read_backup", full)
    with pytest.raises(StoreFull):
        await restore(app, file, "three small boats", "864209", lambda *_: None, lambda: False)
    assert (app.folder / FILE).read_bytes() == before and app.vault.unlock(PASSCODE)
    assert not mend.asides(app.folder)
