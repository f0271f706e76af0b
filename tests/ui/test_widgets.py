"""Every piece draws in every theme, size and language, and has a name."""

from __future__ import annotations

from datetime import date
from typing import Any

import flet as ft
import pytest

from app.ui import widgets as w
from app.ui.boundary import boundary
from app.ui.gallery import GalleryScreen, features
from app.ui.look import Look
from app.ui.palette import LIGHT
from app.ui.widgets.number_line import place, say_ends
from app.ui.widgets.person import initials
from app.ui.widgets.trend import frame_of, labelled
from tests.harness import render
from tests.sight import name_of
from tests.ui.fakes import FakeApp

SETTINGS = [
    {},
    {"theme": "dark"},
    {"contrast": True, "text_scale": 1.5},
    {"language": "es", "text_scale": 2.0, "theme": "dark", "contrast": True, "motion": False},
]


def show(draw: Any, **settings: Any) -> Any:
    @ft.component
    @boundary
    def Shown() -> ft.Control:
        return draw()

    return render(Shown, FakeApp(**settings))


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("width", [320, 1280])
async def test_every_piece_draws_and_is_named(settings: dict[str, Any], width: int) -> None:
    async with render(GalleryScreen, FakeApp(**settings), features=features(), width=width) as window:
        assert not any("did not work" in text or "No funcionó" in text for text in window.texts())
        assert all(name_of(control).strip() for control in window._pressable())
        assert all(field.label for field in window.find(ft.TextField))


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
async def test_no_text_is_smaller_than_fourteen(scale: float) -> None:
    async with render(GalleryScreen, FakeApp(text_scale=scale), features=features()) as window:
        shown = [text for text in window.find(ft.Text) if text.semantics_label != ""]
        assert min(text.style.size for text in shown) >= 14 * scale


async def test_a_card_is_one_button_with_title_sentence_and_state() -> None:
    def draw() -> ft.Control:
        return w.Card(ft.Icons.EVENT, "Visit", "Dr Lee.", on_click=print, state="held")

    async with show(draw) as window:
        assert window.buttons() == ["Visit Dr Lee. Clinic has it"]


async def test_a_choice_tells_what_was_chosen() -> None:
    chosen: list[str] = []

    def draw() -> ft.Control:
        return w.Choice("When?", [("am", "Morning", None), ("pm", "Evening", None)], "am", chosen.append)

    async with show(draw) as window:
        await window.tap("Evening")
        await window.fire(window.find(ft.RadioGroup)[0], "change", value="pm")
        assert chosen == ["pm", "pm"]


async def test_a_mood_is_one_tap() -> None:
    picked: list[int] = []
    async with show(lambda: w.MoodFaces(None, picked.append)) as window:
        await window.tap("Good")
        await window.tap("Very bad")
    assert picked == [4, 1]


async def test_a_toggle_acts_at_once() -> None:
    heard: list[bool] = []
    async with show(lambda: w.Toggle("Remind me", False, heard.append)) as window:
        await window.switch("Remind me")
    assert heard == [True]


async def test_a_stepper_stops_at_its_ends() -> None:
    told: list[int] = []
    async with show(lambda: w.Stepper("Glasses", 0, told.append, high=3)) as window:
        await window.tap("More: Glasses")
        assert window.button("Less: Glasses").disabled
    assert told == [1]


async def test_a_passcode_can_be_shown() -> None:
    from app.ui.hooks import use_typed

    async with show(lambda: w.TextInput("Passcode", use_typed(), password=True)) as window:
        await window.type("Passcode", "473921")
        assert window.field("Passcode").password
        await window.tap("Show what is typed")
        assert not window.field("Passcode").password
        assert window.field("Passcode").value == "473921"


async def test_a_list_shows_fifty_and_then_more() -> None:
    days = [date(2026, 1, 1)] * 60

    def draw() -> ft.Control:
        return w.DatedList(days, lambda day: day, lambda day: w.ListRow(None, "A row"), "Show older")

    async with show(draw) as window:
        assert window.texts().count("A row") == 50
        await window.tap("Show older")
        assert window.texts().count("A row") == 60
        assert "January 2026" in window.texts()


async def test_a_trend_has_a_sentence_and_a_table() -> None:
    points = [(date(2026, 3, 3), 7.6), (date(2026, 6, 2), 7.2)]
    async with show(lambda: w.Trend(points, "%", 4.0, 5.6, "Going down.")) as window:
        picture = next(s for s in window.find(ft.Semantics) if s.image)
        assert "Going down." in picture.label and "4.0–5.6" in picture.label
        await window.tap("Show as table")
        assert {"Tue 3 March 2026", "7.6 %"} <= set(window.texts())


async def test_a_number_without_a_range_stands_alone() -> None:
    async with show(lambda: w.NumberLine(412, None, None, "pg/mL", "")) as window:
        assert window.texts() == ["412 pg/mL", "Your lab gave no usual range."]


@pytest.mark.parametrize(
    ("value", "low", "high", "inside", "broken"),
    [
        (4.1, 3.5, 5.1, True, False),
        (7.2, 4.0, 5.6, False, False),
        (96, None, 5, False, True),
        (0.2, 3.5, 5.1, False, True),
        (70, 60, None, True, False),
        (5.6, 4.0, 5.6, True, False),
        (0, 0, 0, True, False),
    ],
)
def test_a_value_is_placed_on_its_line(value: float, low: Any, high: Any, inside: bool, broken: bool) -> None:
    span = place(value, low, high)
    assert (span.inside, span.broken) == (inside, broken)
    assert 0 <= span.low <= span.high <= 1 and 0 <= span.value <= 1
    if inside and low is not None and high is not None:
        assert span.low <= span.value <= span.high


def test_the_ends_of_a_range_have_the_same_decimals() -> None:
    assert say_ends(4.0, 5.6, 7.2) == ["4.0", "5.6", "7.2"]
    assert say_ends(None, 5, 96) == ["", "5", "96"]
    assert say_ends(60, 100, None) == ["60", "100", ""]


def test_labels_of_a_trend_do_not_touch() -> None:
    points = [(date(2026, 1, day), float(day % 7)) for day in range(1, 30)]
    frame = frame_of(points, None, None)
    spots = [frame.x(points[index][0]) for index, _ in labelled(points, frame)]
    assert all(abs(a - b) >= 0.17 for i, a in enumerate(spots) for b in spots[:i])
    assert len(points) - 1 in [index for index, _ in labelled(points, frame)]


def test_a_wide_window_has_a_rail_and_large_text_takes_it_away() -> None:
    assert Look(LIGHT, 1.0, 1280).kind == "desktop" and Look(LIGHT, 1.0, 1280).two_panes
    assert Look(LIGHT, 2.0, 1280).kind == "desktop" and not Look(LIGHT, 2.0, 1280).two_panes
    assert Look(LIGHT, 2.0, 1000).kind == "phone"
    assert Look(LIGHT, 1.0, 390).kind == "phone"


def test_initials() -> None:
    assert [initials(name) for name in ("Rosa Marín", "Devon", "", "Ana de la Cruz")] == ["RM", "D", "", "AC"]
