"""A record left alone locks; somebody reading or typing is not thrown out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import flet as ft
import pytest

from app.ui.rest import Rest, hides, watch
from app.ui.seat import this_seat
from app.ui.shell import open_window
from tests.harness import Window
from tests.ui.fakes import NOW, FakeApp
from tests.ui.test_shell import DOOR, FEATURES

State = ft.AppLifecycleState


class Later(FakeApp):
    """An app whose clock can be turned."""

    passed = timedelta()

    def now(self) -> Any:
        """The fixed moment, and what has passed since."""
        return NOW + self.passed


async def life(window: Window, state: State) -> None:
    await window.fire(window.page, "app_lifecycle_state_change", {"state": state.value})


@pytest.mark.parametrize(("minutes", "due"), [(4, False), (5, True)])
def test_five_minutes_without_a_sign(minutes: int, due: bool) -> None:
    assert Rest(NOW).is_due(NOW + timedelta(minutes=minutes)) is due


async def test_two_minutes_in_the_background_lock_the_record() -> None:
    app = Later()
    async with Window(open_window(app, FEATURES, DOOR)) as window:
        await life(window, State.HIDE)
        app.passed = timedelta(minutes=2)
        await life(window, State.RESUME)
        assert app.locked and "Locked" in window.texts()


async def test_a_short_absence_locks_nothing() -> None:
    app = Later()
    async with Window(open_window(app, FEATURES, DOOR)) as window:
        await life(window, State.HIDE)
        app.passed = timedelta(minutes=1)
        await life(window, State.RESUME)
        assert not app.locked


async def test_typing_and_walking_about_count_as_signs() -> None:
    app = Later()
    async with Window(open_window(app, FEATURES, DOOR)) as window:
        for minute, act in enumerate((window.type("Note", "x"), window.go("health"), window.press("a")), 1):
            app.passed = timedelta(minutes=4 * minute)
            await act
            assert not this_seat().rest.is_due(app.now())


async def test_the_watch_locks_when_it_is_time() -> None:
    locked: list[int] = []
    rest = Rest(NOW - timedelta(minutes=6))
    task = asyncio.ensure_future(watch(rest, lambda: NOW, lambda: locked.append(1), every=0.001))
    await asyncio.sleep(0.02)
    task.cancel()
    assert locked == [1]


async def test_a_phone_covers_its_screen_and_keeps_what_is_typed() -> None:
    app = Later()
    async with Window(open_window(app, FEATURES, DOOR)) as window:
        await window.type("Note", "half a word")
        await life(window, State.INACTIVE)
        assert any(getattr(c.key, "value", c.key) == "cover" for c in window.find(ft.Container))
        await life(window, State.RESUME)
        assert window.field("Note").value == "half a word"


async def test_a_window_left_idle_does_not_lock_the_record_in_use_in_another() -> None:
    app = Later()
    async with Window(open_window(app, FEATURES, DOOR)) as idle:
        rest = this_seat().rest
        async with Window(open_window(app, FEATURES, DOOR)) as used:
            assert this_seat().rest is rest
            app.passed = timedelta(minutes=4)
            await used.type("Note", "x")
            app.passed = timedelta(minutes=6)
            assert not rest.is_due(app.now())
            await life(used, State.HIDE)
            app.passed = timedelta(minutes=8)
            assert not rest.is_due(app.now())
        assert not app.locked and idle.field("Note")


def test_it_is_in_the_background_when_every_window_is() -> None:
    rest, later = Rest(NOW), NOW + timedelta(minutes=2)
    rest.enter("a", NOW)
    rest.enter("b", NOW)
    rest.leave("a", NOW)
    assert not rest.is_due(later)
    rest.leave("b", NOW)
    assert rest.is_due(later)
    rest.forget("a")
    assert rest.is_due(later) and rest.come_back("b", later) and not rest.is_due(later)


async def test_a_record_left_open_without_a_window_is_locked_when_one_opens() -> None:
    app = Later()
    async with Window(open_window(app, FEATURES, DOOR)) as window:
        await window.fire(window.page, "close")
    app.passed = timedelta(minutes=5)
    async with Window(open_window(app, FEATURES, DOOR)) as window:
        assert app.locked and "Locked" in window.texts()


def test_only_phones_are_covered() -> None:
    assert hides(State.PAUSE, ft.PagePlatform.IOS)
    assert not hides(State.INACTIVE, ft.PagePlatform.LINUX)
