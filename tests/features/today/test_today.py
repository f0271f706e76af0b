"""Today: a greeting, the cards in their order, and an end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.context import App
from app.features.today.queries import next_visit, still_loading
from app.features.today.rules import part_of_day
from sync.models import Visit, VisitStatus
from sync.protocol.wire import Page, Reply, Row
from tests.features.conftest import NOW, SCOPE, Chart, lesson
from tests.harness import Window

Open = Callable[..., Window]


def visit(id: str, hours: float, status: VisitStatus = VisitStatus.BOOKED) -> Visit:
    """A visit so many hours from now."""
    return Visit(
        id=id, starts_at=NOW + timedelta(hours=hours), status=status, with_whom="Dr. Lee", prepare="Rest."
    )


@pytest.mark.parametrize(
    ("hour", "part"),
    [(4, "morning"), (11, "morning"), (12, "afternoon"), (17, "afternoon"), (18, "evening"), (3, "evening")],
)
def test_the_greeting_knows_the_time_of_day(hour: int, part: str) -> None:
    assert part_of_day(datetime(2026, 6, 3, hour, tzinfo=UTC)) == part


def test_the_next_visit_is_booked_and_not_over(empty_app: App, chart: Chart) -> None:
    chart.send(
        visit("past", -2), visit("off", 1, VisitStatus.CANCELLED), visit("later", 30), visit("next", 5)
    )
    found = next_visit(empty_app.store, NOW)
    assert found and found.id == "next"


def test_a_visit_going_on_is_the_next_one(empty_app: App, chart: Chart) -> None:
    chart.send(visit("now", -0.2), visit("later", 5))
    found = next_visit(empty_app.store, NOW)
    assert found and found.id == "now"


def test_no_visit_is_no_visit(empty_app: App) -> None:
    assert next_visit(empty_app.store, NOW) is None


def test_the_record_is_loading_until_it_is_caught_up(empty_app: App, chart: Chart) -> None:
    assert still_loading(empty_app.store) == 0
    chart.send(visit("v", 5), more=True)
    assert still_loading(empty_app.store) == 1
    chart.send(visit("w", 6))
    assert still_loading(empty_app.store) is None


async def test_cards_stand_in_the_order_of_the_profile(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record) as window:
        texts = window.texts()
        order = ["Good morning, Rosa", "Visit tomorrow, 11:40", "New result", "How are you right now?"]
        assert [texts.index(text) for text in order] == sorted(texts.index(text) for text in order)
        assert "Nothing else today." in texts
        assert any("To prepare: Bring your list of medicines." in text for text in texts)


async def test_a_visit_further_off_shows_how_to_prepare_when_asked(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    chart.send(visit("v", 70))
    async with open_at(empty_app) as window:
        assert not any("Rest." in text for text in window.texts())
        await window.tap("How to prepare")
        assert any("To prepare: Rest." in text for text in window.texts())


async def test_an_empty_day_is_only_the_mood_and_an_end(empty_app: App, chart: Chart, open_at: Open) -> None:
    chart.settle([], SCOPE, False)
    async with open_at(empty_app) as window:
        texts = window.texts()
        assert "Good morning" in texts and "Nothing else today." in texts
        assert not any(text.startswith(("Getting", "New result", "Visit")) for text in texts)


async def test_while_the_record_comes_in_today_counts(empty_app: App, chart: Chart, open_at: Open) -> None:
    async with open_at(empty_app) as window:
        chart.send(lesson(), more=True)
        await window.settle()
        assert "Getting your record… 1 so far" in window.texts()
        empty_app.change_settings(offline=True)
        await window.settle()
        assert any("as soon as there is a connection" in text for text in window.texts())


async def test_what_only_a_newer_app_can_show_is_said(empty_app: App, open_at: Open) -> None:
    row = Row(id="odd", kind="telepathy", rev="e.9", seq=9, body="{}")
    empty_app.store.settle([], Reply(pages=[Page(scope=SCOPE, rows=[row], cursor="c")]))
    async with open_at(empty_app, "/today") as window:
        assert any(text.startswith("1 thing needs a newer version") for text in window.texts())


async def test_a_clinic_that_has_far_less_is_said_and_nothing_goes(empty_app: App, open_at: Open) -> None:
    rows = [Row(id=f"r{n}", kind="telepathy", rev=f"e.{n}", seq=n, body="{}") for n in range(1, 81)]
    store = empty_app.store
    store.settle([], Reply(pages=[Page(scope=SCOPE, rows=rows, cursor="c")]))
    store.settle([], Reply(pages=[Page(scope=SCOPE, rows=rows[:2], cursor="d", reset="epoch")]))
    async with open_at(empty_app, "/today") as window:
        assert any("no longer has 78 things of your record" in text for text in window.texts())
    assert len(store.rows("SELECT id FROM docs WHERE kind = 'telepathy'")) == 80
