"""Moods: two taps to say one, a note, a way back, a quiet look at how it went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.context import App
from app.core.errors import RuleBroken
from app.features.mood.commands import log_mood, say_more
from app.features.mood.queries import entries_since, last_entries
from app.features.mood.rules import change, daily_means, is_hard
from app.store import states
from sync.protocol.wire import Reply, Verdict
from tests.features.conftest import NOW
from tests.harness import Window

Open = Callable[..., Window]
TODAY = date(2026, 6, 14)


def sent(app: App) -> None:
    """The clinic takes everything that waits."""
    waiting = app.store.pending(50)
    verdicts = [Verdict(mid=m.mid, status="ok", id=m.id, rev="1", seq=n + 1) for n, m in enumerate(waiting)]
    app.store.settle(waiting, Reply(verdicts=verdicts))


def day_of(back: int, mean: float) -> tuple[date, float]:
    """A day some days ago with its mean."""
    return TODAY - timedelta(days=back), mean


# --- rules


def test_days_are_the_patient_s_own() -> None:
    late = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)
    means = daily_means([(late, 2), (late + timedelta(hours=1), 4), (NOW, 5)], ZoneInfo("America/Chicago"))
    assert means == [(date(2026, 6, 2), 3.0), (date(2026, 6, 3), 5.0)]


@pytest.mark.parametrize(
    ("days", "word"),
    [
        ([day_of(9, 2), day_of(1, 4)], "better"),
        ([day_of(9, 4), day_of(1, 2)], "lower"),
        ([day_of(9, 3), day_of(1, 3.2)], "same"),
        ([day_of(1, 3)], ""),
        ([day_of(20, 3), day_of(1, 3)], ""),
    ],
)
def test_a_week_is_compared_with_the_week_before(days: list[tuple[date, float]], word: str) -> None:
    assert change(days, TODAY) == word


@pytest.mark.parametrize(
    ("means", "hard"), [((2, 1, 2), True), ((2, 1, 3), False), ((1, 1), False), ((5, 1, 1, 1), True)]
)
def test_three_low_days_are_hard_days(means: tuple[float, ...], hard: bool) -> None:
    days = [day_of(len(means) - n - 1, mean) for n, mean in enumerate(means)]
    assert is_hard(days, TODAY) is hard


def test_low_days_long_ago_are_over() -> None:
    assert not is_hard([day_of(20, 1), day_of(19, 1), day_of(18, 1)], TODAY)


# --- commands


def test_a_mood_is_kept_and_queued_at_once(empty_app: App) -> None:
    mood = log_mood(empty_app, 4, "  Better. ")
    assert [m.note for m in last_entries(empty_app.store)] == ["Better."]
    assert states.word_of(empty_app.store, mood.id) == "waiting"


def test_a_mood_that_waits_is_undone_without_a_trace(empty_app: App) -> None:
    empty_app.take_back(log_mood(empty_app, 1))
    assert (last_entries(empty_app.store), empty_app.store.pending(9)) == ([], [])


def test_a_mood_the_clinic_has_is_deleted_there_too(empty_app: App) -> None:
    mood = log_mood(empty_app, 1)
    sent(empty_app)
    empty_app.take_back(mood)
    assert last_entries(empty_app.store) == []
    assert [(m.op, m.id) for m in empty_app.store.pending(9)] == [("delete", mood.id)]


def test_a_note_replaces_the_mood_and_keeps_its_moment(empty_app: App) -> None:
    mood = log_mood(empty_app, 2)
    fresh = say_more(empty_app, mood, "Slept badly.")
    assert [(m.id, m.note, m.felt_at) for m in last_entries(empty_app.store)] == [
        (fresh.id, "Slept badly.", mood.felt_at)
    ]
    assert len(empty_app.store.pending(9)) == 1


def test_the_same_note_changes_nothing(empty_app: App) -> None:
    mood = log_mood(empty_app, 2, "As before.")
    assert say_more(empty_app, mood, " As before. ") is mood


def test_a_note_has_an_end(empty_app: App) -> None:
    with pytest.raises(RuleBroken):
        log_mood(empty_app, 3, "x" * 2001)
    assert last_entries(empty_app.store) == []


def test_moods_of_the_last_days_come_in_order(empty_app: App) -> None:
    old = log_mood(empty_app, 1)
    empty_app.now = lambda: NOW + timedelta(days=40)
    new = log_mood(empty_app, 5)
    assert [m.id for m in entries_since(empty_app.store, empty_app.now(), 30)] == [new.id]
    assert [m.id for m in last_entries(empty_app.store)] == [new.id, old.id]


# --- screens


async def test_one_tap_on_today_logs_and_can_be_undone(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record) as window:
        await window.tap("Good")
        assert "Saved: Good." in window.texts()
        assert [m.score for m in last_entries(app_with_record.store)] == [4]
        await window.tap("Undo")
        assert last_entries(app_with_record.store) == []
        assert "Very good" in window.texts()


async def test_a_note_is_added_after_the_tap(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/mood") as window:
        await window.tap("Bad")
        await window.tap("Add a note")
        await window.type("What was going on?", "Slept badly.")
        await window.tap("Save note")
        assert window.route == "/mood"
        assert {"Slept badly.", "Waiting to send", "What you said"} <= set(window.texts())


async def test_a_mood_is_deleted_after_asking(app_with_record: App, open_at: Open) -> None:
    log_mood(app_with_record, 2)
    async with open_at(app_with_record, "/mood") as window:
        await window.tap("Bad Today, 9:12")
        await window.tap("Delete this mood")
        await window.tap("Keep it")
        assert len(last_entries(app_with_record.store)) == 1
        await window.tap("Delete this mood")
        found = [b for b in window.find() if getattr(b, "on_click", None)]
        await window.fire(found[-1], "click")
        assert last_entries(app_with_record.store) == []


async def test_the_month_is_drawn_with_a_sentence_and_no_count_of_days(empty_app: App, open_at: Open) -> None:
    for back, score in ((10, 2), (9, 3), (3, 4), (1, 4)):
        empty_app.now = lambda back=back: NOW - timedelta(days=back)
        log_mood(empty_app, score)
    empty_app.now = lambda: NOW
    async with open_at(empty_app, "/mood") as window:
        shown = " ".join(window.texts())
        assert "a little brighter than the week before" in shown
        assert "streak" not in shown
        await window.tap("Show as table")
        assert "Sun 24 May 2026" in window.texts()


async def test_after_hard_days_help_is_near(empty_app: App, open_at: Open) -> None:
    for back in (3, 2, 1):
        empty_app.now = lambda back=back: NOW - timedelta(days=back)
        log_mood(empty_app, 1)
    empty_app.now = lambda: NOW
    async with open_at(empty_app, "/mood") as window:
        assert any("call or text 988" in text for text in window.texts())


async def test_the_state_word_follows_the_clinic(app_with_record: App, open_at: Open) -> None:
    log_mood(app_with_record, 3)
    async with open_at(app_with_record, "/mood") as window:
        assert "Waiting to send" in window.texts()
        sent(app_with_record)
        await window.settle()
        assert "Sent" in window.texts()
        assert "Waiting to send" not in window.texts()
