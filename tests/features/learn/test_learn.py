"""The library: in the patient's language, searched, read."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.context import App
from app.features.learn.queries import list_lessons, search_lessons
from tests.features.conftest import Chart, lesson
from tests.harness import Window

Open = Callable[..., Window]


def test_only_lessons_in_the_language_are_listed(app_with_record: App) -> None:
    assert [line.title for line in list_lessons(app_with_record.store, "es")] == ["¿Qué es la A1c?"]


def test_search_reads_titles_and_texts(app_with_record: App, chart: Chart) -> None:
    chart.send(lesson("en", "Walking more"), scope="content")
    assert [line.title for line in search_lessons(app_with_record.store, "walk", "en")] == ["Walking more"]
    assert len(search_lessons(app_with_record.store, "sugar", "en")) == 2
    assert search_lessons(app_with_record.store, "zzz", "en") == []


async def test_a_lesson_is_found_opened_and_names_its_source(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/learn") as window:
        await window.type("Search", "a1c")
        await window.tap("What is A1c?")
        assert {"What is A1c?", "Source: MedlinePlus", "2 minutes to read"} <= set(window.texts())
        await window.tap("Back")
        assert window.route == "/learn"


async def test_a_search_without_luck_says_what_to_try(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/learn") as window:
        await window.type("Search", "zzz")
        assert any("Try fewer words" in text for text in window.texts())


async def test_a_long_library_shows_fifty_and_more(empty_app: App, chart: Chart, open_at: Open) -> None:
    chart.send(*(lesson("en", f"Lesson {n:02}") for n in range(53)), scope="content")
    async with open_at(empty_app, "/learn") as window:
        assert "Lesson 49" in window.texts()
        assert "Lesson 50" not in window.texts()
        await window.tap("Show more")
        assert "Lesson 52" in window.texts()


async def test_the_headings_of_a_lesson_are_headings(empty_app: App, chart: Chart, open_at: Open) -> None:
    told = lesson("en", "Feet").model_copy(
        update={"text": "## What they *are*\n\nFeet.\n\n## Care\n\n- Wash"}
    )
    chart.send(told, scope="content")
    async with open_at(empty_app, f"/learn/{told.id}") as window:
        levels = [
            (one.content.value, one.heading_level) for one in window.find(ft.Semantics) if one.heading_level
        ]
        assert levels == [("Feet", 1), ("What they are", 2), ("Care", 2)]


async def test_money_in_a_text_is_no_formula(app_with_record: App, chart: Chart, open_at: Open) -> None:
    costs = lesson("en", "Costs").model_copy(update={"text": "It costs $5 or $10."})
    chart.send(costs, scope="content")
    async with open_at(app_with_record, f"/learn/{costs.id}") as window:
        assert [one.value for one in window.find(ft.Markdown)] == ["It costs &#36;5 or &#36;10."]
