"""Leaving a record while its files are worked on: its folder stays held, and nobody's place is lost."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Callable

import pytest

from app.context import App
from app.core.errors import StoreBusy
from app.people import FIRST
from app.store.hold import hold
from app.store.swap import MAKING, PLAN
from tests.conftest import ROSA, Family


class Work:
    """Work on the files of a closed record that ends when it is told to."""

    def __init__(self, app: App, last: Callable[[], object] = lambda: None) -> None:
        self.begun, self.go, self.last = threading.Event(), threading.Event(), last
        self.task = asyncio.ensure_future(app.while_closed(lambda: asyncio.to_thread(self.do)))

    def do(self) -> None:
        """In its thread."""
        self.begun.set()
        assert self.go.wait(10)
        self.last()

    async def begins(self) -> None:
        """Until it is under way."""
        assert await asyncio.to_thread(self.begun.wait, 10)

    async def ends(self) -> None:
        """Until it is done, and who waited behind it heard so."""
        self.go.set()
        await self.task
        await asyncio.sleep(0)


async def test_a_folder_stays_held_until_the_work_on_its_files_is_done(family: Family) -> None:
    family.home.switch(FIRST)
    work, left = Work(family.home.app), family.home.app
    await work.begins()
    family.home.switch(family.id("Marcus"))
    with pytest.raises(StoreBusy):
        hold(family.folder)
    with pytest.raises(StoreBusy):
        family.home.switch(FIRST)
    await work.ends()
    family.home.switch(FIRST)
    assert family.home.app is not left
    await family.unlock(ROSA)


async def test_a_welcome_left_while_a_restore_ends_keeps_its_place(family: Family) -> None:
    family.home.add("Ana")
    place = family.home.app.folder
    work = Work(family.home.app, lambda: (place / "vault.json").write_text("{}"))
    await work.begins()
    family.home.give_up()
    await work.ends()
    assert [one.name for one in family.home.members()] == ["Rosa", "Marcus", "Ana"]


async def test_work_that_had_not_begun_when_the_record_was_left_does_not_begin(family: Family) -> None:
    work = Work(family.home.app)
    family.home.switch(FIRST)
    with pytest.raises(StoreBusy):
        await work.task
    assert not work.begun.is_set()


async def test_a_restore_cut_short_at_its_plan_keeps_the_person_and_is_ended(family: Family) -> None:
    place = family.home.app.folder
    family.home.close()
    (place / MAKING).mkdir()
    names = ("vault.json", "evenkeel.db")
    for name in names:
        shutil.move(place / name, place / MAKING / name)
    (place / PLAN).write_text(json.dumps([[f"{MAKING}/{name}", name] for name in names]))
    family.home = family.open()
    assert [one.name for one in family.home.members()] == ["Rosa", "Marcus"]
    if family.home.id == FIRST:
        family.home.switch(family.id("Marcus"))
    await family.unlock("marcus")
    assert not (place / PLAN).exists()


async def test_a_plan_is_not_ended_under_the_hands_of_another_process(family: Family) -> None:
    place = family.home.app.folder
    family.home.close()
    (place / "gone").mkdir()
    (place / PLAN).write_text(json.dumps([["vault.json", "gone/vault.json"]]))
    elsewhere = hold(place)
    with pytest.raises(StoreBusy):
        family.open()
    assert (place / "vault.json").exists() and (place / PLAN).exists()
    elsewhere.release()
