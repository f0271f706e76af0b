"""The bridge from the store to the screen: it repaints, and it lets go."""

from __future__ import annotations

import asyncio
import threading

import flet as ft

from app.core.errors import StoreFull, TooManyTries
from app.ui.hooks import boundary, use_action, use_app, use_query, use_typed
from app.ui.widgets import PrimaryButton, TextInput, body
from tests.harness import render
from tests.ui.fakes import FakeApp


@ft.component
@boundary
def Count() -> ft.Control:
    app = use_app()
    things = use_query(lambda: tuple(app.store.things), "thing")
    return body(f"{len(things)} things")


@ft.component
@boundary
def Hideable() -> ft.Control:
    shown, show = ft.use_state(True)
    return ft.Column([PrimaryButton("Hide", lambda: show(False)), *([Count()] if shown else [])])


async def test_a_change_in_the_store_repaints_the_screen() -> None:
    app = FakeApp()
    async with render(Count, app) as window:
        assert window.texts() == ["0 things"]
        app.store.add("one")
        await window.settle()
        assert window.texts() == ["1 things"]


async def test_another_kind_does_not_repaint() -> None:
    app = FakeApp()
    async with render(Count, app) as window:
        app.store.things.append("quietly")
        app.store.announce("other")
        await window.settle()
        assert window.texts() == ["0 things"]


async def test_a_part_that_left_listens_no_more() -> None:
    app = FakeApp()
    async with render(Hideable, app) as window:
        assert len(app.store.listeners) == 1
        await window.tap("Hide")
        assert app.store.listeners == []


async def test_a_closed_window_listens_no_more() -> None:
    from app.ui.seat import this_seat

    app = FakeApp()
    async with render(Count, app):
        this_seat().close()
        assert app.store.listeners == []


async def test_two_windows_each_repaint_their_own() -> None:
    app = FakeApp()
    async with render(Count, app) as first, render(Count, app) as second:
        app.store.add("one")
        await first.settle()
        await second.settle()
        assert first.texts() == second.texts() == ["1 things"]


async def test_a_change_from_a_thread_repaints_too() -> None:
    app = FakeApp()
    async with render(Count, app) as window:
        thread = threading.Thread(target=app.store.add, args=("one",))
        thread.start()
        thread.join()
        await asyncio.sleep(0.01)
        await window.settle()
        assert window.texts() == ["1 things"]


async def test_with_dependencies_the_answer_is_kept_until_one_changes() -> None:
    asked: list[int] = []

    @ft.component
    @boundary
    def Kept() -> ft.Control:
        number, set_number = ft.use_state(0)
        _, repaint = ft.use_state(0)
        answer = use_query(lambda: asked.append(number) or number, "thing", deps=(number,))
        more = PrimaryButton("More", lambda: set_number(number + 1))
        return ft.Column([body(f"{answer}"), more, PrimaryButton("Again", lambda: repaint(lambda n: n + 1))])

    app = FakeApp()
    async with render(Kept, app) as window:
        await window.tap("Again")
        assert asked == [0]
        await window.tap("More")
        assert asked == [0, 1]
        app.store.announce("thing")
        await window.settle()
        assert asked == [0, 1, 1]


def form(act: object) -> object:
    @ft.component
    @boundary
    def Form() -> ft.Control:
        action = use_action(act)
        return ft.Column([PrimaryButton("Do it", action.run), *([action.notice] if action.notice else [])])

    return Form


async def test_a_failed_command_becomes_a_plain_notice() -> None:
    def fill() -> None:
        raise StoreFull

    async with render(form(fill), FakeApp()) as window:
        await window.tap("Do it")
        assert any(text.startswith("This device is full") for text in window.texts())


async def test_an_unforeseen_failure_shows_no_text_of_its_own() -> None:
    async def break_() -> None:
        await asyncio.sleep(0)
        raise ValueError("Rosa has 7.2 %")

    async with render(form(break_), FakeApp()) as window:
        await window.tap("Do it")
        await window.settle()
        said = " ".join(window.texts())
        assert "did not work" in said and "Rosa" not in said


async def test_the_seconds_to_wait_are_said() -> None:
    def knock() -> None:
        raise TooManyTries(30)

    async with render(form(knock), FakeApp()) as window:
        await window.tap("Do it")
        assert any("30 seconds" in text for text in window.texts())


async def test_a_second_tap_waits_for_the_first() -> None:
    done: list[int] = []
    gate = asyncio.Event()

    async def slow() -> None:
        await gate.wait()
        done.append(1)

    async with render(form(slow), FakeApp()) as window:
        await window.tap("Do it")
        await window.tap("Do it")
        gate.set()
        await window.settle()
        assert done == [1]


@ft.component
@boundary
def Note() -> ft.Control:
    typed = use_typed("old")
    count, set_count = ft.use_state(0)
    return ft.Column(
        [
            TextInput("Note", typed),
            PrimaryButton("Repaint", lambda: set_count(count + 1)),
            PrimaryButton("Empty", lambda: (typed.put(), set_count(count + 1))),
            body(typed.text),
        ]
    )


async def test_a_repaint_keeps_what_is_typed() -> None:
    async with render(Note, FakeApp()) as window:
        assert window.field("Note").value == "old"
        await window.type("Note", "new words")
        await window.tap("Repaint")
        assert window.field("Note").value == "new words"
        assert window.texts()[-1] == "new words"


async def test_a_field_can_be_emptied_after_sending() -> None:
    async with render(Note, FakeApp()) as window:
        await window.type("Note", "sent")
        await window.tap("Empty")
        assert window.field("Note").value == ""
        await window.tap("Repaint")
        assert window.field("Note").value == ""


async def test_a_failing_part_says_so_and_the_rest_goes_on() -> None:
    @ft.component
    @boundary
    def Broken() -> ft.Control:
        raise ValueError("Rosa has 7.2 %")

    @ft.component
    @boundary
    def Both() -> ft.Control:
        return ft.Column([Broken(), body("still here")])

    async with render(Both, FakeApp()) as window:
        said = window.texts()
        assert "still here" in said and any("did not work" in text for text in said)
        assert "Rosa" not in " ".join(said)
