"""A question on screen is about the record it was asked about: it goes with it, and its yes then does nothing."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.people import FIRST
from app.ui.seat import this_seat
from app.ui.widgets import ask
from tests.conftest import ROSA, Family
from tests.harness import Window

Open = Callable[..., Window]


async def ask_to_erase(window: Window) -> None:
    """As far as the last question before everything goes."""
    await window.tap("Sign out and erase")
    await window.tap("Go on to erase")
    assert "Erase it" in window.buttons()


async def test_a_question_goes_when_another_record_comes_into_view(family: Family, open_at: Open) -> None:
    await family.unlock("marcus")
    his = family.home.app
    async with open_at(family.home, "/me/keys") as window:
        await ask_to_erase(window)
        family.home.switch(FIRST)
        await family.unlock(ROSA)
        await window.settle()
        assert "Erase it" not in window.buttons() and not window.find(ft.AlertDialog)
    assert his.vault.exists and family.home.app.vault.exists


async def test_a_question_goes_when_the_record_locks(family: Family, open_at: Open) -> None:
    await family.unlock("marcus")
    async with open_at(family.home, "/me/keys") as window:
        await ask_to_erase(window)
        family.home.app.lock()
        await window.settle()
        assert "Erase it" not in window.buttons() and not window.find(ft.AlertDialog)
    assert family.home.app.vault.exists


async def test_a_yes_that_comes_after_the_lock_does_nothing(family: Family, open_at: Open) -> None:
    await family.unlock("marcus")
    said: list[str] = []
    async with open_at(family.home, "/me/keys") as window:
        for turn in ("locked", "opened again", "as it was"):
            ask("Do it?", "Now.", "Do it", "Leave it", lambda turn=turn: said.append(turn))  # type: ignore[misc]
            yes = window.button("Do it")
            if turn == "locked":
                family.home.app.lock()
            elif turn == "opened again":
                family.home.app.lock()
                await family.unlock("marcus")
            await window.fire(yes, "click")
            await window.settle()
            if turn == "locked":
                await family.unlock("marcus")
                await window.settle()
    assert said == ["as it was"]


async def test_what_stands_over_the_window_is_empty_while_it_is_covered(
    family: Family, open_at: Open
) -> None:
    await family.unlock("marcus")
    async with open_at(family.home, "/me/keys") as window:
        ask("Do it?", "Now.", "Do it", "Leave it", lambda: None)
        await life(window, ft.AppLifecycleState.INACTIVE)
        assert "Do it" not in window.buttons() and "Do it?" not in window.texts()
        await life(window, ft.AppLifecycleState.RESUME)
        await window.tap("Leave it")
        this_seat().alert(RuntimeError())
        await window.settle()
        assert "Close" in window.buttons()
        await life(window, ft.AppLifecycleState.INACTIVE)
        assert "Close" not in window.buttons()
        await life(window, ft.AppLifecycleState.RESUME)
        await window.tap("Close")
        await window.tap("Help")
        assert "Call 988" in " ".join(window.texts())
        await life(window, ft.AppLifecycleState.INACTIVE)
        assert "Call 988" not in " ".join(window.texts())


async def life(window: Window, state: ft.AppLifecycleState) -> None:
    """The phone says that the app comes and goes."""
    await window.fire(window.page, "app_lifecycle_state_change", {"state": state.value})
