"""Several people on one device: one open record at a time, and nothing of one to be had through another."""

from __future__ import annotations

import asyncio
import gc
import shutil
import weakref
from pathlib import Path

import pytest

from app.core.errors import StoreBusy, WrongPasscode
from app.features.mood.commands import log_mood
from app.household import Household, open_household
from app.people import FILE, FIRST
from app.store.hold import hold
from tests.conftest import PASSCODE, ROSA, Family
from tests.vault.drawer import Drawer

SECRET = "Zaubernuss am Bahndamm"


def files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def test_each_opens_with_their_own_passcode_and_with_no_other(family: Family) -> None:
    with pytest.raises(WrongPasscode):
        await family.home.app.unlock(PASSCODE)
    await family.unlock("marcus")
    assert family.home.app.person and family.home.app.person.given == "Marcus"
    family.home.switch(FIRST)
    with pytest.raises(WrongPasscode):
        await family.home.app.unlock("424242")
    await family.unlock(ROSA)
    assert family.home.app.person.given == "Rosa"


async def test_going_over_closes_the_record_and_both_ways_work(family: Family) -> None:
    await family.unlock("marcus")
    his = family.home.app
    family.home.switch(FIRST)
    assert his.locked and his.engine is None and family.home.app.locked
    await family.unlock(ROSA)
    family.home.switch(family.id("Marcus"))
    await family.unlock("marcus")
    assert family.home.app.is_open and family.home.app is not his


async def test_a_try_under_way_opens_nothing_once_another_record_is_in_view(family: Family) -> None:
    his = family.home.app
    trying = asyncio.ensure_future(family.unlock("marcus"))
    await asyncio.sleep(0)
    family.home.switch(FIRST)
    await trying
    assert his.locked and family.home.app.locked


async def test_a_try_under_way_opens_nothing_once_somebody_else_is_asked_for(family: Family) -> None:
    trying = asyncio.ensure_future(family.unlock("marcus"))
    await asyncio.sleep(0)
    family.home.choose()
    await trying
    assert family.home.app.locked and family.home.scene == "choose"
    family.home.back()
    await family.unlock("marcus")
    assert family.home.app.is_open


async def test_what_one_writes_is_in_no_file_of_the_other(family: Family) -> None:
    await family.unlock("marcus")
    log_mood(family.home.app, 2, SECRET)
    place = family.home.app.folder
    family.home.switch(FIRST)
    await family.unlock(ROSA)
    assert not family.home.app.store.rows("SELECT 1 FROM docs WHERE body LIKE ?", f"%{SECRET}%")
    assert SECRET.encode() not in files(family.folder)
    family.home.app.lock()
    ours, his = family.folder / "vault.json", place / "vault.json"
    shutil.copy(his, ours)
    with pytest.raises(WrongPasscode):
        await family.home.app.unlock(PASSCODE)


async def test_the_keystore_keeps_a_secret_for_each(family: Family) -> None:
    drawer = Drawer()
    for patient in ("marcus", ROSA):
        family.home.app.vault.keystore = drawer
        await family.home.app.trust_device(family.PASSCODES[patient], True)
        family.home.switch(FIRST)
    assert len(drawer.held) == 2
    await family.home.app.erase()
    assert len(drawer.held) == 1 and family.home.me and family.home.me.name == "Marcus"


async def test_another_record_is_announced_until_it_was_seen(family: Family) -> None:
    await family.unlock("marcus")
    assert not family.home.arrived
    family.home.switch(FIRST)
    await family.unlock(ROSA)
    assert family.home.arrived
    family.home.settle()
    family.home.app.lock()
    await family.unlock(ROSA)
    assert not family.home.arrived


async def test_it_starts_at_the_record_opened_last(family: Family) -> None:
    family.restart()
    assert family.home.me and family.home.me.name == "Marcus"
    family.home.switch(FIRST)
    family.restart()
    assert family.home.me.name == "Marcus"
    family.home.switch(FIRST)
    await family.unlock(ROSA)
    family.restart()
    assert family.home.id == FIRST


async def test_a_persons_own_folder_opens_at_that_person(family: Family) -> None:
    place = family.home.app.folder
    family.home.close()
    found = open_household(place, family.make)
    assert [one.name for one in found.members()] == ["Rosa", "Marcus"] and found.me
    assert found.me.name == "Marcus"
    found.close()
    exact = open_household(family.folder, family.make, exactly=True)
    assert exact.id == FIRST
    exact.close()


async def test_a_record_open_elsewhere_stays_there_and_this_one_stays_here_locked(family: Family) -> None:
    await family.unlock("marcus")
    elsewhere = hold(family.folder)
    with pytest.raises(StoreBusy):
        family.home.switch(FIRST)
    assert family.home.app.locked and family.home.me and family.home.me.name == "Marcus"
    await family.unlock("marcus")
    elsewhere.release()
    family.home.switch(FIRST)
    with pytest.raises(StoreBusy):
        hold(family.folder)
    hold(family.home.people.home(family.id("Marcus"))).release()  # type: ignore[union-attr]


async def test_who_erases_leaves_the_list_and_the_other_stays(family: Family) -> None:
    await family.unlock("marcus")
    place = family.home.app.folder
    await family.home.app.erase()
    assert [one.name for one in family.home.members()] == ["Rosa"] and not place.exists()
    assert family.home.id == FIRST and family.home.app.locked
    await family.unlock(ROSA)
    assert family.home.app.person and not family.home.is_shared


async def test_the_first_person_may_leave_too(family: Family) -> None:
    family.home.switch(FIRST)
    await family.unlock(ROSA)
    await family.home.app.erase()
    assert family.home.me and family.home.me.name == "Marcus"
    family.restart()
    await family.unlock("marcus")
    await family.home.app.erase()
    assert family.home.members() == () and family.home.id == FIRST
    assert not family.home.app.vault.exists and not (family.folder / FILE).exists()


async def test_who_leaves_while_all_others_are_open_elsewhere_is_off_the_list(family: Family) -> None:
    await family.unlock("marcus")
    elsewhere = hold(family.folder)
    await family.home.app.erase()
    assert not family.home.app.is_open and not family.home.app.vault.exists
    elsewhere.release()
    family.restart()
    assert [one.name for one in family.home.members()] == ["Rosa"]


async def test_an_erasing_cut_short_leaves_the_list_at_the_next_start(family: Family) -> None:
    family.home.close()
    for file in (*family.folder.glob("vault.json"), *family.folder.glob("evenkeel.db*")):
        file.unlink()
    family.home = family.open()
    assert [one.name for one in family.home.members()] == ["Marcus"]
    await family.unlock("marcus")


async def test_a_device_reported_lost_says_so_before_anybody_else_is_shown(family: Family) -> None:
    await family.unlock("marcus")
    family.home.app.change_settings(reported_lost=True)
    await family.home.app.erase()
    assert family.home.is_empty and family.home.me and family.home.me.name == "Marcus"
    family.restart()
    family.home.switch(family.id("Marcus"))
    assert family.home.app.settings.reported_lost
    family.home.give_up()
    assert [one.name for one in family.home.members()] == ["Rosa"]


async def test_a_welcome_left_again_leaves_nothing(family: Family) -> None:
    before = sorted(family.folder.rglob("*"))
    family.home.add("Ana")
    assert family.home.is_empty
    family.home.give_up()
    assert sorted(family.folder.rglob("*")) == before and family.home.scene == "choose"


async def test_a_welcome_cut_short_leaves_nothing_at_the_next_start(family: Family) -> None:
    family.home.add("Ana")
    place = family.home.app.folder
    family.restart()
    assert [one.name for one in family.home.members()] == ["Rosa", "Marcus"] and not place.exists()


async def test_a_welcome_in_another_process_is_left_alone(family: Family) -> None:
    family.home.add("Ana")
    place = family.home.app.folder
    other = family.open()
    assert place.exists() and len(other.members()) == 3
    other.close()


async def test_somebody_new_is_greeted_in_the_looks_of_the_device(family: Family) -> None:
    family.home.app.change_settings(language="es", text_scale=1.5, trust=True)
    family.home.add("Ana")
    looks = family.home.app.settings
    assert (looks.language, looks.text_scale, looks.trust) == ("es", 1.5, False)


async def test_one_app_alone_has_nobody_beside_it(family: Family) -> None:
    alone = Household(family.home.app)
    alone.add("Ana")
    assert alone.members() == () and not alone.can_grow and not alone.is_shared
    assert len(family.home.members()) == 2


async def test_fifty_changes_of_record_leave_nothing_behind(family: Family) -> None:
    seen = [weakref.ref(family.home.app)]
    for _ in range(25):
        for id in (FIRST, family.id("Marcus")):
            family.home.switch(id)
            seen.append(weakref.ref(family.home.app))
    gc.collect()
    assert [ref() for ref in seen if ref()] == [family.home.app]
