"""Lock and keys: every way to open the record is made, changed and withdrawn from one page; erasing leaves nothing."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import flet as ft
import pytest

from app.context import App
from app.core.errors import StoreError, StoreFull, WrongCode, WrongPasscode
from app.settings import Settings, load
from app.ui.seat import this_seat
from sync.models import MoodEntry
from tests.features.conftest import NOW, PASSCODE
from tests.harness import Window
from tests.vault.drawer import Drawer

Open = Callable[..., Window]
NEW = "864209"


async def until(window: Window, happened: Callable[[], object]) -> None:
    """Let threads answer until this has happened."""
    for _ in range(150):
        await asyncio.sleep(0.02)
        await window.settle()
        if happened():
            return
    raise AssertionError(f"it never happened; there is {window.texts()}")


def shows(window: Window, text: str) -> bool:
    return any(text in shown for shown in window.texts())


def says(window: Window, label: str, text: str) -> Callable[[], bool]:
    return lambda: text in str(window.field(label).error)


def code_in(window: Window) -> str:
    return "-".join(text for text in window.texts() if re.fullmatch(r"[0-9A-Z]{4}", text))


async def make_code(window: Window, first: str, second: str) -> str:
    """From the part's button through the passcode to the code."""
    await window.tap(first)
    await window.type("Passcode", PASSCODE)
    await window.tap(second)
    await until(window, lambda: shows(window, "Your recovery code"))
    return code_in(window)


async def test_me_leads_to_lock_and_keys(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me") as window:
        await window.tap("Lock and keys")
        assert window.route == "/me/keys" and "Recovery code" in window.texts()


async def test_a_new_passcode_opens_the_record_and_the_old_one_no_longer(
    app_with_record: App, open_at: Open
) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        await window.tap("Change the passcode")
        for label, text in (("Passcode now", PASSCODE), ("New passcode", NEW), ("New one again", NEW)):
            await window.type(label, text)
        await window.submit("New one again")
        await until(window, lambda: shows(window, "Your passcode is changed"))
        assert not window.find(ft.TextField)
    vault = app_with_record.vault
    assert vault.unlock(NEW)
    with pytest.raises(WrongPasscode):
        vault.unlock(PASSCODE)


@pytest.mark.parametrize(
    ("old", "new", "again", "field", "said"),
    [
        ("", NEW, NEW, "Passcode now", "type your passcode"),
        ("999999", NEW, NEW, "Passcode now", "not right"),
        (PASSCODE, "111111", "111111", "New passcode", "not all the same"),
        (PASSCODE, NEW, "864200", "New one again", "not the same"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_changes_nothing(
    app_with_record: App, open_at: Open, old: str, new: str, again: str, field: str, said: str
) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        await window.tap("Change the passcode")
        for label, text in (("Passcode now", old), ("New passcode", new), ("New one again", again)):
            await window.type(label, text)
        await window.tap("Change the passcode")
        await until(window, says(window, field, said))
        assert sum(bool(f.error) for f in window.find(ft.TextField)) == 1
    assert app_with_record.vault.unlock(PASSCODE)


async def test_the_recovery_code_is_shown_once_and_opens_the_record(
    app_with_record: App, open_at: Open
) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        assert shows(window, "There is none yet")
        code = await make_code(window, "Make a recovery code", "Make the code")
        spoken = [s.label for s in window.find(ft.Semantics) if s.label and s.label.startswith(code[0] + " ")]
        assert spoken == [", ".join(" ".join(group) for group in code.split("-"))]
        await window.tap("I have written it down")
        assert shows(window, "There is one") and shows(window, "is ready") and not code_in(window)
        assert app_with_record.vault.unlock_with_recovery(code)


async def test_leaving_forgets_the_code_and_a_new_one_replaces_it(
    app_with_record: App, open_at: Open
) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        first = await make_code(window, "Make a recovery code", "Make the code")
        await window.go("/me")
        await window.go("/me/keys")
        assert not code_in(window)
        second = await make_code(window, "Make a recovery code", "Make the code")
    assert app_with_record.vault.unlock_with_recovery(second)
    with pytest.raises(WrongCode):
        app_with_record.vault.unlock_with_recovery(first)


async def test_a_wrong_passcode_makes_no_code(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        await window.tap("Make a recovery code")
        await window.tap("Make the code")
        await until(window, says(window, "Passcode", "type your passcode"))
        await window.type("Passcode", "999999")
        await window.tap("Make the code")
        await until(window, says(window, "Passcode", "not right"))
        await window.tap("Cancel")
        assert not window.find(ft.TextField)
    assert app_with_record.vault.ways == {"passcode"}


async def test_where_nothing_keeps_a_key_only_the_passcode_opens(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        assert shows(window, "Only the passcode opens your record here")
        assert len(window.find(ft.Switch)) == 1, "the one for a lost device"


async def test_this_computer_may_open_the_record_and_may_no_longer(
    app_with_record: App, open_at: Open
) -> None:
    app, drawer = app_with_record, Drawer()
    app.vault.keystore = drawer
    async with open_at(app, "/me/keys") as window:
        assert shows(window, "Anyone who uses your account on this computer")
        await window.switch("Open without the passcode")
        await window.type("Passcode", PASSCODE)
        await window.tap("Allow it")
        await until(window, lambda: shows(window, "The lock screen now offers"))
        assert load(app.folder).trust and app.vault.unlock_with_keystore()
        assert window.find(ft.Switch)[0].value is True
        await window.switch("Open without the passcode")
        await window.type("Passcode", PASSCODE)
        await window.tap("Ask for the passcode again")
        await until(window, lambda: shows(window, "asks for the passcode again"))
        assert not load(app.folder).trust and not drawer.held and "device" not in app.vault.ways


async def test_a_toggle_that_is_given_up_is_as_it_was(app_with_record: App, open_at: Open) -> None:
    app_with_record.vault.keystore = Drawer()
    async with open_at(app_with_record, "/me/keys") as window:
        await window.switch("Open without the passcode")
        await window.tap("Cancel")
        assert window.find(ft.Switch)[0].value is False and not app_with_record.settings.trust


async def test_a_computer_that_keeps_nothing_is_not_trusted(app_with_record: App, open_at: Open) -> None:
    app_with_record.vault.keystore = drawer = Drawer()
    drawer.broken = True
    async with open_at(app_with_record, "/me/keys") as window:
        await window.switch("Open without the passcode")
        await window.type("Passcode", PASSCODE)
        await window.tap("Allow it")
        await until(window, says(window, "Passcode", "did not keep the key"))
    assert not app_with_record.settings.trust


@pytest.mark.parametrize(
    ("error", "said"), [(StoreError(), "cannot make a new key"), (StoreFull(), "This device is full")]
)
async def test_a_new_key_that_cannot_be_made_says_so_plainly(
    app_with_record: App, open_at: Open, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    async def refuse(_: str) -> str:
        raise error

    monkeypatch.setattr(app_with_record, "rotate_key", refuse)
    async with open_at(app_with_record, "/me/keys") as window:
        await window.tap("Make a new key")
        await window.type("Passcode", PASSCODE)
        await window.tap("Lock it anew")
        await until(window, says(window, "Passcode", said))


async def test_the_times_act_at_once_and_stay(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        await window.tap("More: Minutes out of sight")
        await window.tap("Less: Minutes without use")
        rest = this_seat().rest
        assert (rest.background.seconds, rest.idle.seconds) == (180, 240)
        assert {"3", "4"} <= set(window.texts())
        for _ in range(2):
            await window.tap("Less: Minutes out of sight")
        assert window.button("Less: Minutes out of sight").disabled
    found = load(app_with_record.folder)
    assert (found.lock_away, found.lock_idle) == (1, 4)


@pytest.mark.parametrize(("given", "kept"), [(0, 1), (-3, 1), (1, 1), (15, 15), (16, 15), (7.9, 7)])
def test_times_stay_between_one_and_fifteen_minutes(given: float, kept: int) -> None:
    assert Settings().having(lock_away=given, lock_idle=given) == Settings(lock_away=kept, lock_idle=kept)


@pytest.mark.parametrize("odd", ['{"lock_away": "soon"}', '{"lock_idle": Infinity}', '{"trust": "yes"}'])
def test_times_that_make_no_sense_are_the_defaults(tmp_path: Path, odd: str) -> None:
    (tmp_path / "settings.json").write_text(odd)
    assert load(tmp_path) == Settings()


async def test_a_new_key_keeps_passcode_and_record_and_gives_a_new_code(
    app_with_record: App, open_at: Open
) -> None:
    app = app_with_record
    (before,) = app.vault.unlock(PASSCODE)
    async with open_at(app, "/me/keys") as window:
        code = await make_code(window, "Make a new key", "Lock it anew")
        await window.tap("I have written it down")
        assert shows(window, "a new key and a new recovery code")
        assert (
            shows(window, "If somebody may know it, change it now")
            and "Change the passcode" in window.buttons()
        )
    (after,) = app.vault.unlock_with_recovery(code)
    app.lock()
    await app.unlock(PASSCODE)
    assert before != after and app.person and app.person.name == "Rosa Marin"


async def test_erasing_says_what_is_lost_asks_twice_and_leaves_nothing(
    app_with_record: App, open_at: Open
) -> None:
    app = app_with_record
    app.vault.keystore = drawer = Drawer()
    await app.trust_device(PASSCODE, True)
    app.change_settings(trust=True, language="en", text_scale=1.5)
    app.store.put(MoodEntry(id="m1", felt_at=NOW, score=4))
    async with open_at(app, "/me/keys") as window:
        await window.tap("Sign out and erase")
        assert shows(window, "1 thing has not reached your clinic") and shows(window, "did not save")
        await window.tap("Go on to erase")
        assert shows(window, "Erase your record here?") and app.vault.exists
        await window.tap("Erase it")
        await until(window, lambda: shows(window, "Welcome"))
        assert not app.is_enrolled and not drawer.held and "Rosa Marin" not in window.texts()
    assert [file.name for file in app.folder.iterdir()] == ["settings.json"]
    kept = json.loads((app.folder / "settings.json").read_text())
    assert not kept["trust"] and kept["text_scale"] == 1.5


async def test_either_no_keeps_the_record(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        await window.tap("Sign out and erase")
        await window.tap("Keep my record")
        assert "Sign out and erase" in window.buttons()
        await window.tap("Sign out and erase")
        await window.tap("Go on to erase")
        keep = [b for b in window.find(ft.OutlinedButton, window.roots[-1])]
        await window.fire(keep[0], "click")
    assert app_with_record.vault.exists and app_with_record.is_open
