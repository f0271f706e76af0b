"""People on this device, seen from Me and over every screen: who it is, another name, another record, leaving."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import flet as ft
import pytest

from app.people import FIRST
from app.store.hold import hold
from tests.conftest import ROSA, Family
from tests.features.me.test_keys import until
from tests.features.welcome.test_people import open_with
from tests.harness import Window

Open = Callable[..., Window]


def strip(window: Window) -> ft.Semantics | None:
    """What says whose record is open, over every screen."""
    found = [s for s in window.find(ft.Semantics) if getattr(s.key, "value", s.key) == "whose"]
    return found[0] if found else None


@pytest.mark.parametrize(("width", "scale"), [(390, 1.0), (390, 2.0), (1280, 1.0)])
async def test_the_name_stands_over_every_screen(
    family: Family, open_at: Open, width: int, scale: float
) -> None:
    await family.unlock("marcus")
    family.home.app.change_settings(text_scale=scale)
    async with open_at(family.home, width=width) as window:
        for route in ("today", "mood", "me"):
            await window.go(route)
            told = strip(window)
            assert told and told.label == "This record: Marcus" and not told.live_region


async def test_one_person_sees_no_name_over_the_screens(family: Family, open_at: Open) -> None:
    await family.unlock("marcus")
    await family.home.app.erase()
    await family.unlock(ROSA)
    async with open_at(family.home) as window:
        assert strip(window) is None


@pytest.mark.parametrize("dismiss", ["tap", "walk"])
async def test_another_record_is_announced_until_dismissed_or_the_next_screen(
    family: Family, open_at: Open, dismiss: str
) -> None:
    async with open_at(family.home, "/me") as window:
        family.home.switch(FIRST)
        await window.settle()
        await open_with(window, "135790", "You are now in another record: Rosa")
        told = strip(window)
        assert told and told.live_region and told.label == "You are now in another record: Rosa"
        if dismiss == "tap":
            await window.tap("That is right")
        else:
            await window.tap("Mood")
        told = strip(window)
        assert told and not told.live_region and told.label == "This record: Rosa"


async def test_who_is_in_the_wrong_record_leaves_it_at_once(family: Family, open_at: Open) -> None:
    family.home.switch(FIRST)
    async with open_at(family.home) as window:
        await open_with(window, "135790", "You are now in another record: Rosa")
        await window.tap("This is not me")
        assert family.home.app.locked and "Whose record?" in window.texts()


async def test_a_tap_on_another_locks_this_record_and_shows_theirs(family: Family, open_at: Open) -> None:
    await family.unlock("marcus")
    his = family.home.app
    async with open_at(family.home, "/me") as window:
        assert "This is your record" in window.texts()
        await window.tap("Rosa")
        assert his.locked and family.home.id == FIRST and window.field("Passcode")


async def test_a_record_open_elsewhere_leaves_this_one_locked_and_says_why(
    family: Family, open_at: Open
) -> None:
    await family.unlock("marcus")
    elsewhere = hold(family.folder)
    async with open_at(family.home, "/me") as window:
        await window.tap("Rosa")
        assert any("already open in another window" in text for text in window.texts())
        assert family.home.app.locked and "Marcus" in window.texts()
    elsewhere.release()


async def test_my_name_changes_everywhere_at_once(family: Family, open_at: Open) -> None:
    await family.unlock("marcus")
    async with open_at(family.home, "/me") as window:
        await window.tap("Change my name")
        await window.type("Your name here", "Rosa")
        await window.tap("Save")
        assert "has this name already" in str(window.field("Your name here").error)
        await window.type("Your name here", "Papa")
        await window.tap("Save")
        told = strip(window)
        assert told and told.label == "This record: Papa" and window.texts().count("Papa") == 2
    family.restart()
    assert [one.name for one in family.home.members()] == ["Rosa", "Papa"]


async def test_who_has_no_name_yet_is_asked_for_one(family: Family, open_at: Open) -> None:
    (family.folder / "people.json").unlink()
    family.home.switch(FIRST)
    await family.unlock(ROSA)
    async with open_at(family.home, "/me") as window:
        assert any(text.startswith("Others see your record as Record 1") for text in window.texts())
        await window.tap("Choose a name")
        await window.type("Your name here", "Rosa")
        await window.tap("Save")
        assert not any(text.startswith("Others see") for text in window.texts())


async def test_somebody_can_be_added_from_me(family: Family, open_at: Open) -> None:
    await family.unlock("marcus")
    his = family.home.app
    async with open_at(family.home, "/me") as window:
        await window.tap("Add somebody")
        assert his.locked and window.field("Your name here")


async def test_who_erases_their_record_sees_the_other_persons_lock(family: Family, open_at: Open) -> None:
    await family.unlock("marcus")
    async with open_at(family.home, "/me/keys") as window:
        await window.tap("Sign out and erase")
        await window.tap("Go on to erase")
        await window.tap("Erase it")
        await until(window, lambda: [one.name for one in family.home.members()] == ["Rosa"])
        assert window.field("Passcode") and "Marcus" not in window.texts()
        await open_with(window, "135790", "Good morning, Rosa")


async def test_a_record_left_alone_locks_after_a_change_of_record_too(family: Family, open_at: Open) -> None:
    async with open_at(family.home) as window:
        family.home.switch(FIRST)
        await window.settle()
        await open_with(window, "135790", "Good morning, Rosa")
        await window.fire(window.page, "app_lifecycle_state_change", {"state": "hide"})
        family.clock.pass_(minutes=2)
        await window.fire(window.page, "app_lifecycle_state_change", {"state": "resume"})
        assert family.home.app.locked and window.field("Passcode")


async def test_fifty_changes_of_record_leave_no_listener_and_no_app(family: Family, open_at: Open) -> None:
    seen = []
    async with open_at(family.home) as window:
        for _ in range(25):
            for id in (FIRST, family.id("Marcus")):
                seen.append(weakref.ref(family.home.app))
                family.home.switch(id)
                await window.settle()
        assert len(family.home._heard) == 1 and len(family.home.app._heard) == 2
        gc.collect()
        alive = [ref() for ref in seen if ref()]
        assert len(alive) <= 1
    assert family.home.app._heard
