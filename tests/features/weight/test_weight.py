"""Weights: a number in kilograms or pounds, a way back, a look at how it went, a calm word when it changes quickly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from app.context import App
from app.core.errors import RuleBroken
from app.features.weight.commands import choose_unit, log_weight
from app.features.weight.queries import chosen_unit, last_weights, weights_since
from app.features.weight.rules import Change, daily, in_unit, quick_change, read_grams
from app.store import states
from sync.models import Receipt, Weight, Word
from sync.protocol.wire import Mutation, Reply, Verdict
from sync.server.answers import ANSWERS
from tests.features.conftest import NOW, Chart
from tests.harness import Window

Open = Callable[..., Window]
TODAY = date(2026, 6, 3)


def day_of(back: int, kilograms: float) -> tuple[date, int]:
    """A day some days ago with its weight."""
    return TODAY - timedelta(days=back), round(kilograms * 1000)


def log_over_time(app: App, *weights: tuple[int, float]) -> None:
    """Log weights, each some days ago, in kilograms."""
    for back, kilograms in weights:
        app.now = lambda back=back: NOW - timedelta(days=back)
        log_weight(app, round(kilograms * 1000))
    app.now = lambda: NOW


def sent(app: App) -> None:
    """The clinic takes everything that waits."""
    waiting = app.store.pending(50)
    verdicts = [Verdict(mid=m.mid, status="ok", id=m.id, rev="1", seq=n + 1) for n, m in enumerate(waiting)]
    app.store.settle(waiting, Reply(verdicts=verdicts))


# --- rules


@pytest.mark.parametrize(
    ("text", "unit", "grams"),
    [
        ("80", "kg", 80_000),
        (" 80.5 ", "kg", 80_500),
        ("80,55", "kg", 80_550),
        ("177.5", "lb", 80_513),
        ("3", "lb", 1_361),
        ("1100", "lb", 498_952),
    ],
)
def test_a_typed_number_becomes_grams(text: str, unit: str, grams: int) -> None:
    assert read_grams(text, unit) == grams


@pytest.mark.parametrize("text", ["", "heavy", "80 kg", "-80", "8e1", "80.5.1", "1,000.5", "80.123", "٨٠.x"])
def test_what_is_no_number_is_not_guessed_at(text: str) -> None:
    with pytest.raises(RuleBroken, match=r"weight\.not_a_number"):
        read_grams(text, "kg")


@pytest.mark.parametrize(
    ("text", "unit"), [("0", "kg"), ("0.9", "kg"), ("501", "kg"), ("2", "lb"), ("1103", "lb")]
)
def test_a_number_nobody_weighs_is_asked_about(text: str, unit: str) -> None:
    with pytest.raises(RuleBroken, match=rf"weight\.out_of_range_{unit}"):
        read_grams(text, unit)


@pytest.mark.parametrize("tenths", [*range(990, 1010), 1775, 2503])
@pytest.mark.parametrize("unit", ["kg", "lb"])
def test_what_was_typed_is_shown_again(tenths: int, unit: str) -> None:
    typed = Decimal(tenths) / 10
    assert in_unit(read_grams(str(typed), unit), unit) == typed


def test_the_last_weight_of_the_patient_s_own_day_counts() -> None:
    late = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)
    days = daily([(late, 1), (late + timedelta(hours=1), 2), (NOW, 3)], ZoneInfo("America/Chicago"))
    assert days == [(date(2026, 6, 2), 2), (date(2026, 6, 3), 3)]


@pytest.mark.parametrize(
    ("days", "change"),
    [
        ([day_of(7, 82.6), day_of(0, 80.5)], Change(-2100, 7)),
        ([day_of(3, 80), day_of(1, 81), day_of(0, 82)], Change(2000, 3)),
        ([day_of(8, 90), day_of(5, 80), day_of(0, 81.9)], None),
        ([day_of(8, 90), day_of(0, 80)], None),
        ([day_of(15, 84), day_of(8, 80)], None),
        ([day_of(14, 84), day_of(7, 80)], Change(-4000, 7)),
        ([day_of(1, 80), day_of(0, 36.3)], Change(-43_700, 1, odd=True)),
        ([day_of(0, 80)], None),
        ([], None),
    ],
)
def test_two_kilograms_within_a_week_are_a_quick_change(
    days: list[tuple[date, int]], change: Change | None
) -> None:
    assert quick_change(days, TODAY) == change


# --- the noun


@pytest.mark.parametrize("grams", [0, -1, 0.5])
def test_a_weight_is_whole_grams_above_nothing(grams: float) -> None:
    with pytest.raises(ValidationError):
        Weight(id="w", weighed_at=NOW, grams=grams)


def test_a_weight_knows_its_time_zone() -> None:
    with pytest.raises(ValidationError):
        Weight(id="w", weighed_at=NOW.replace(tzinfo=None), grams=1)


def test_the_clinic_files_a_weight_in_the_chart() -> None:
    said = Weight(id="w1", weighed_at=NOW, grams=80_500)
    mutation = Mutation(
        mid="m", scope="s", kind="weight", op="put", id="w1", body=said.body(), at=NOW.isoformat()
    )
    [receipt] = ANSWERS["weight"]("s", mutation, NOW)
    assert isinstance(receipt, Receipt)
    assert (receipt.of, receipt.word, receipt.by) == ("w1", Word.HELD, "chart")


# --- commands


def test_a_weight_is_kept_and_queued_at_once(empty_app: App) -> None:
    weight = log_weight(empty_app, 80_500)
    assert [w.grams for w in last_weights(empty_app.store)] == [80_500]
    assert states.word_of(empty_app.store, weight.id) == "waiting"


def test_a_weight_that_waits_is_undone_without_a_trace(empty_app: App) -> None:
    empty_app.take_back(log_weight(empty_app, 80_500))
    assert (last_weights(empty_app.store), empty_app.store.pending(9)) == ([], [])


def test_a_weight_the_clinic_has_is_deleted_there_too(empty_app: App) -> None:
    weight = log_weight(empty_app, 80_500)
    sent(empty_app)
    empty_app.take_back(weight)
    assert last_weights(empty_app.store) == []
    assert [(m.op, m.id) for m in empty_app.store.pending(9)] == [("delete", weight.id)]


def test_the_unit_is_remembered_on_this_device_and_sent_to_nobody(empty_app: App) -> None:
    assert chosen_unit(empty_app.store) == "lb"
    choose_unit(empty_app, "kg")
    assert chosen_unit(empty_app.store) == "kg"
    assert empty_app.store.pending(9) == []


def test_weights_of_the_last_days_come_in_order(empty_app: App) -> None:
    log_over_time(empty_app, (40, 82), (2, 81), (1, 80))
    assert [w.grams for w in weights_since(empty_app.store, NOW, 30)] == [81_000, 80_000]
    assert [w.grams for w in last_weights(empty_app.store)] == [80_000, 81_000, 82_000]


# --- screens


async def test_a_weight_is_logged_and_can_be_undone(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/weight") as window:
        await window.type("Weight (lb)", "177.5")
        await window.tap("Save weight")
        assert {"Saved: 177.5 lb.", "177.5 lb", "Today, 9:12", "Waiting to send"} <= set(window.texts())
        await window.tap("Undo")
        assert last_weights(empty_app.store) == []
        assert window.field("Weight (lb)").value == "177.5"


async def test_the_unit_changes_the_question_and_everything_shown(empty_app: App, open_at: Open) -> None:
    log_over_time(empty_app, (1, 80.5))
    async with open_at(empty_app, "/weight") as window:
        assert "177.5 lb" in window.texts()
        await window.tap("Kilograms (kg)")
        assert "80.5 kg" in window.texts()
        await window.type("Weight (kg)", "80,2")
        await window.submit("Weight (kg)")
        assert [w.grams for w in last_weights(empty_app.store)] == [80_200, 80_500]


async def test_nonsense_is_said_at_the_field_and_nothing_is_saved(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/weight") as window:
        await window.tap("Save weight")
        assert window.field("Weight (lb)").error == "Please write only the number, such as 150.5."
        await window.type("Weight (lb)", "2")
        await window.tap("Save weight")
        assert "3 to 1,100 pounds" in window.field("Weight (lb)").error
        assert last_weights(empty_app.store) == []
        await window.tap("Kilograms (kg)")
        assert window.field("Weight (kg)").error is None
        await window.tap("Save weight")
        assert [w.grams for w in last_weights(empty_app.store)] == [2_000]


async def test_the_course_is_drawn_with_a_sentence_and_a_table(empty_app: App, open_at: Open) -> None:
    choose_unit(empty_app, "kg")
    log_over_time(empty_app, (30, 81.2), (10, 80.9), (1, 80.5))
    async with open_at(empty_app, "/weight") as window:
        assert "Your weight was between 80.5 kg and 81.2 kg. The last one was 80.5 kg." in window.texts()
        await window.tap("Show as table")
        assert {"Sun 24 May 2026", "80.9 kg"} <= set(window.texts())


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ((7, 82.6), "Down 2.1 kg in a week. If you did not plan this, tell your clinic."),
        ((2, 77.5), "Up 3 kg in 2 days. If you did not plan this, tell your clinic."),
        (
            (1, 36.5),
            "Up 44 kg in a day. Please check the number and the unit. If they are right, tell your clinic.",
        ),
    ],
)
async def test_a_quick_change_is_said_calmly_here_and_on_today(
    empty_app: App, open_at: Open, before: tuple[int, float], said: str
) -> None:
    choose_unit(empty_app, "kg")
    log_over_time(empty_app, before, (0, 80.5))
    async with open_at(empty_app, "/weight") as window:
        assert said in window.texts()
        await window.go("/today")
        assert f"Today: 80.5 kg\n{said}" in window.texts()


async def test_a_weight_is_deleted_after_asking(empty_app: App, open_at: Open) -> None:
    log_over_time(empty_app, (0, 80.5))
    async with open_at(empty_app, "/weight") as window:
        await window.tap("Delete")
        await window.tap("Keep it")
        assert len(last_weights(empty_app.store)) == 1
        await window.tap("Delete")
        found = [b for b in window.find() if getattr(b, "on_click", None)]
        await window.fire(found[-1], "click")
        assert last_weights(empty_app.store) == []


async def test_today_shows_a_weight_only_for_a_month(empty_app: App, open_at: Open) -> None:
    log_over_time(empty_app, (31, 80.5))
    async with open_at(empty_app) as window:
        assert "Weight" not in window.texts()
        log_weight(empty_app, 80_500)
        await window.settle()
        await window.tap("Weight")
        assert window.route == "/weight"


async def test_on_a_phone_it_is_found_under_me(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/me", width=390, height=844) as window:
        await window.tap("Weight")
        assert window.route == "/weight"


async def test_the_rail_and_all_sections_name_it(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/menu", width=390, height=844) as window:
        assert "Weight" in window.buttons()
    async with open_at(empty_app, "/mood", width=1280, height=800) as window:
        await window.tap("Weight")
        assert window.route == "/weight"


async def test_the_state_word_follows_the_clinic(empty_app: App, chart: Chart, open_at: Open) -> None:
    weight = log_weight(empty_app, 80_500)
    async with open_at(empty_app, "/weight") as window:
        sent(empty_app)
        await window.settle()
        assert "Sent" in window.texts()
        chart.seq = 5
        chart.send(Receipt(id="r", of=weight.id, word=Word.HELD, at=NOW, by="chart"))
        await window.settle()
        assert "Clinic has it" in window.texts()


async def test_what_waits_is_called_a_weight(empty_app: App, open_at: Open) -> None:
    log_weight(empty_app, 80_500)
    async with open_at(empty_app, "/waiting") as window:
        assert "Something you wrote" not in window.texts()
        assert window.texts().count("Weight") == 1
