"""The frame: who may come in, the ways about, and what happens when something fails."""

from __future__ import annotations

from typing import Any

import flet as ft
import pytest

from app.core.errors import StoreFull
from app.ui.feature import Door, Feature
from app.ui.hooks import boundary, use_typed
from app.ui.routes import clean, section_of
from app.ui.shell import open_window
from app.ui.widgets import Page, PrimaryButton, TextInput, ask, body
from tests.harness import Window
from tests.ui.fakes import FakeApp


def screen(title: str) -> Any:
    @ft.component
    @boundary
    def Screen() -> ft.Control:
        typed = use_typed()
        return Page(title, TextInput("Note", typed))

    return Screen


@ft.component
@boundary
def Record() -> ft.Control:
    """One record, with a counter of its own."""
    count, set_count = ft.use_state(0)
    number = ft.use_route_params()["id"]
    return Page(
        f"Record {number}", body(f"count {count}"), PrimaryButton("Count", lambda: set_count(count + 1))
    )


@ft.component
@boundary
def Trouble() -> ft.Control:
    """Everything that can go wrong."""

    def fail() -> None:
        raise StoreFull

    def confirm() -> None:
        ask("Send it?", "It goes to your clinic.", "Send it", "Keep it", fail)

    return Page("Trouble", PrimaryButton("Fail", fail), PrimaryButton("Ask", confirm))


def feature(name: str, *routes: tuple[str, Any]) -> Feature:
    return Feature(name, ft.Icons.TODAY_OUTLINED, routes or ((name, screen(name.title())),))


FEATURES = (
    feature("today"),
    feature("health", ("health", screen("Health")), ("health/record/:id", Record)),
    feature("mood", ("mood", Trouble)),
    feature("me"),
)
DOOR = Door(screen("Welcome"), screen("Locked"))


def window(app: FakeApp, **more: Any) -> Window:
    return Window(open_window(app, FEATURES, DOOR), **more)


async def test_it_opens_on_today_with_its_sections() -> None:
    async with window(FakeApp()) as shown:
        assert "Today" in shown.texts()
        assert shown.buttons()[-4:] == ["Today", "Health", "Mood", "Me"]


async def test_a_deep_link_shows_its_screen() -> None:
    async with window(FakeApp(), route="/health/record/3") as shown:
        assert "Record 3" in shown.texts()


async def test_one_records_state_never_shows_on_another() -> None:
    async with window(FakeApp(), route="/health/record/3") as shown:
        await shown.tap("Count")
        assert "count 1" in shown.texts()
        await shown.go("health/record/4")
        assert "Record 4" in shown.texts() and "count 0" in shown.texts()


async def test_an_address_without_a_screen_says_so() -> None:
    async with window(FakeApp(), route="/no/such/thing") as shown:
        assert "Nothing here" in shown.texts()


@pytest.mark.parametrize("width", [390, 1280])
async def test_every_section_is_one_tap_away(width: int) -> None:
    async with window(FakeApp(), width=width) as shown:
        for name in ("Health", "Mood", "Me", "Today"):
            await shown.fire([b for b in shown.find() if _is_section(b, name)][-1], "click")
            assert shown.route == f"/{name.lower()}"


def _is_section(control: Any, name: str) -> bool:
    from tests.sight import name_of

    return bool(getattr(control, "on_click", None)) and name_of(control) == name


async def test_keys_show_sections_and_escape_goes_back() -> None:
    async with window(FakeApp(), width=1280) as shown:
        await shown.press("2")
        assert shown.route == "/health"
        await shown.go("health/record/3")
        await shown.press("Escape")
        assert shown.route == "/health"
        await shown.press("Escape")
        assert shown.route == "/today"


async def test_digits_belong_to_the_field_while_somebody_types() -> None:
    async with window(FakeApp(), width=1280) as shown:
        await shown.fire(shown.field("Note"), "focus")
        await shown.press("2")
        assert clean(shown.route) in ("", "today")
        await shown.fire(shown.field("Note"), "blur")
        await shown.press("2")
        assert shown.route == "/health"


async def test_a_resize_keeps_what_is_typed() -> None:
    async with window(FakeApp(), width=1280) as shown:
        await shown.type("Note", "half a sentence")
        await shown.resize(390)
        assert shown.field("Note").value == "half a sentence"


async def test_large_text_folds_the_tabs_into_a_list() -> None:
    async with window(FakeApp(text_scale=2.0)) as shown:
        await shown.tap("All sections")
        assert {"Health", "Mood", "Me"} <= set(shown.texts())


async def test_settings_act_at_once() -> None:
    app = FakeApp()
    async with window(app) as shown:
        app.change_settings(language="es", theme="dark")
        await shown.settle()
        assert "Hoy" in shown.texts()
        assert shown.page.theme_mode == ft.ThemeMode.DARK


async def test_the_record_leaves_the_screen_when_locked() -> None:
    app = FakeApp()
    async with window(app, route="/health/record/3") as shown:
        app.lock()
        await shown.settle()
        assert "Locked" in shown.texts() and "Record 3" not in shown.texts()
        app.locked = False
        app.tell()
        await shown.settle()
        assert "Record 3" in shown.texts()


async def test_whom_no_clinic_knows_is_welcomed() -> None:
    app = FakeApp()
    app.is_enrolled = False
    async with window(app, route="/health") as shown:
        assert "Welcome" in shown.texts() and "Health" not in shown.texts()


async def test_a_failing_tap_is_explained_and_the_screen_stays() -> None:
    async with window(FakeApp(), route="/mood") as shown:
        await shown.tap("Fail")
        assert any(text.startswith("This device is full") for text in shown.texts())
        await shown.tap("Close")
        assert not any(text.startswith("This device is full") for text in shown.texts())
        assert "Trouble" in shown.texts()


async def test_asking_does_it_only_on_yes() -> None:
    async with window(FakeApp(), route="/mood") as shown:
        await shown.tap("Ask")
        assert shown.button("Keep it").autofocus
        await shown.tap("Keep it")
        assert "Send it?" not in shown.texts()
        await shown.tap("Ask")
        await shown.tap("Send it")
        assert any(text.startswith("This device is full") for text in shown.texts())


async def test_help_has_the_crisis_lines_without_a_connection() -> None:
    app = FakeApp()
    app.link.word = "offline"
    async with window(app) as shown:
        await shown.tap("Help")
        said = shown.texts()
        assert {
            "Call 988",
            "Text 988",
            "Call 911",
            "Veterans: call 988, then press 1",
            "Or text 838255.",
        } <= set(said)
        assert not any("press 3" in text for text in said)
        await shown.tap("Call 988")
        assert ("launch_url", "tel:988") in [(name, _url(args)) for name, args in shown.wire.calls]


def _url(args: Any) -> str:
    url = (args or {}).get("url", "")
    return getattr(url, "url", url)


async def test_the_status_line_tells_the_truth() -> None:
    app = FakeApp()
    async with window(app) as shown:
        assert "Up to date 9:12" in shown.texts()
        app.link.say("offline")
        app.store.waiting = 3
        app.store.announce("outbox")
        await shown.settle()
        assert "No connection. Everything still works. 3 things waiting" in shown.texts()
        app.link.say("full")
        await shown.settle()
        assert any(
            text.startswith("This device is full") and "Free some space" in text for text in shown.texts()
        )


async def test_a_window_that_closes_stops_listening() -> None:
    app = FakeApp()
    async with window(app) as shown:
        await shown.fire(shown.page, "close")
        assert (app.store.listeners, app.link.heard, app.heard) == ([], [], [])


@pytest.mark.parametrize(
    ("path", "section"), [("/", "today"), ("/mood?x=1", "mood"), ("health/record/3", "health")]
)
def test_paths_belong_to_sections(path: str, section: str) -> None:
    assert section_of(path) == section
