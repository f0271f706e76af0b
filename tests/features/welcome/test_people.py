"""Several people at one lock: whose it is, going to another's, adding somebody and leaving that again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import flet as ft
import pytest

from app.core.errors import PeopleDamaged
from app.household import open_household
from app.people import FILE, FIRST
from app.store.hold import hold
from tests.conftest import PASSCODE, ROSA, SERVER, Family
from tests.features.welcome.test_welcome import wait_for
from tests.harness import Window

Open = Callable[..., Window]


async def open_with(window: Window, passcode: str, greeting: str) -> None:
    """Type a passcode at the lock, and wait for the record."""
    await window.type("Passcode", passcode)
    await window.tap("Open")
    await wait_for(window, greeting)


async def test_the_lock_of_one_person_offers_to_add_another_and_names_nobody(
    family: Family, open_at: Open, tmp_path: Path
) -> None:
    alone = open_household(tmp_path / "phone", family.make)
    family.home, both = alone, family.home
    await family.join(ROSA)
    alone.app.lock()
    async with open_at(alone) as window:
        assert "Somebody else uses this device too" in window.buttons()
        assert "Someone else" not in window.buttons()
        await window.tap("Somebody else uses this device too")
        await window.tap("Back")
        assert window.field("Passcode") and not (tmp_path / "phone" / FILE).exists()
    alone.close()
    family.home = both


async def test_an_app_alone_in_its_window_offers_nobody(family: Family, open_at: Open) -> None:
    async with open_at(family.home.app) as window:
        assert window.field("Passcode") and not any("else" in name for name in window.buttons())


async def test_the_lock_says_whose_it_is_and_no_other_name(family: Family, open_at: Open) -> None:
    async with open_at(family.home) as window:
        assert "Marcus" in window.texts() and "Rosa" not in window.texts()


async def test_each_opens_their_own_record_from_the_list_and_back(family: Family, open_at: Open) -> None:
    async with open_at(family.home, "/mood") as window:
        await open_with(window, "424242", "Mood")
        await window.go("me")
        await window.tap("Lock now")
        await window.tap("Someone else")
        assert {"Rosa", "Marcus"} <= set(window.buttons())
        await window.tap("Rosa")
        await window.type("Passcode", "424242")
        await window.tap("Open")
        await wait_for(window, "Open")
        assert family.home.app.locked
        await open_with(window, PASSCODE, "Good morning, Rosa")
        assert window.route == "/today"
        assert family.home.app.person and family.home.app.person.given == "Rosa"


async def test_going_over_from_the_list_reaches_every_window(family: Family, open_at: Open) -> None:
    async with open_at(family.home) as one, open_at(family.home) as other:
        family.home.switch(FIRST)
        for window in (one, other):
            await window.settle()
            assert "Rosa" in window.texts() and "Marcus" not in window.texts()


async def test_somebody_new_says_a_name_and_joins_the_clinic(family: Family, open_at: Open) -> None:
    family.home.switch(FIRST)
    await family.unlock(ROSA)
    await family.home.app.erase()
    async with open_at(family.home) as window:
        await window.tap("Somebody else uses this device too")
        await window.type("Your name here", " marcus ")
        await window.tap("Go on")
        assert "has this name already" in str(window.field("Your name here").error)
        assert len(list((family.folder / "people").iterdir())) == 1
        await window.type("Your name here", "Rosa")
        await window.submit("Your name here")
        assert "Rosa" in window.texts()
        await window.tap("Start")
        await window.type("Address of your clinic", SERVER)
        await window.type("Your code", family.clinic.invite(ROSA)[0])
        await window.tap("Next")
        await window.type("Passcode", PASSCODE)
        await window.type("The same passcode again", PASSCODE)
        await window.tap("Open my record")
        await wait_for(window, "You are now in another record: Rosa")
    family.restart()
    assert [one.name for one in family.home.members()] == ["Marcus", "Rosa"] and family.home.app.locked


async def test_a_welcome_can_be_left_and_leaves_nobody(family: Family, open_at: Open) -> None:
    async with open_at(family.home) as window:
        await window.tap("Someone else")
        await window.tap("Add somebody")
        await window.type("Your name here", "Ana")
        await window.tap("Go on")
        await window.tap("Not now: back to the others")
        assert "Whose record?" in window.texts() and "Ana" not in window.texts()
    assert len(list((family.folder / "people").iterdir())) == 1


async def test_a_name_is_asked_for(family: Family, open_at: Open) -> None:
    async with open_at(family.home) as window:
        await window.tap("Someone else")
        await window.tap("Add somebody")
        await window.tap("Go on")
        assert "type a name" in str(window.field("Your name here").error)
        await window.tap("Back")
        assert "Whose record?" in window.texts()


async def test_a_record_open_in_another_process_is_said_so_and_shows_nothing(
    family: Family, open_at: Open
) -> None:
    elsewhere = hold(family.folder)
    async with open_at(family.home) as window:
        await window.tap("Someone else")
        await window.tap("Rosa")
        assert any("already open in another window" in text for text in window.texts())
        await window.tap("Close")
        elsewhere.release()
        await window.tap("Rosa")
        assert window.field("Passcode") and "Marcus" not in window.texts()


async def test_a_damaged_list_of_names_is_said_and_opens_every_record(family: Family, open_at: Open) -> None:
    (family.folder / FILE).write_text("{")
    assert isinstance(family.home.fault, PeopleDamaged)
    family.restart()
    async with open_at(family.home) as window:
        assert "Record 1" in window.texts()
        await window.tap("Someone else")
        assert any("names" in text and "still here" in text for text in window.texts())
        await window.tap("Record 2")
        await open_with(window, "424242", "You are now in another record: Record 2")


@pytest.mark.parametrize("scale", [1.0, 2.0])
async def test_rows_are_large_enough_to_tap(family: Family, open_at: Open, scale: float) -> None:
    family.home.app.change_settings(text_scale=scale)
    async with open_at(family.home) as window:
        await window.tap("Someone else")
        face = window.find(ft.Container, window.button("Rosa"))[0]
        mark = next(c for c in window.find(ft.Container, face) if c.height)
        assert mark.height + face.padding.top + face.padding.bottom >= 48
