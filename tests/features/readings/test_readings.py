"""Readings by hand: two taps and a number, one question where it is unlikely, calm words where it may be dangerous."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from app.context import App
from app.core.errors import RuleBroken
from app.features.readings.commands import LONGEST_NOTE, change_reading, choose_unit, log_reading
from app.features.readings.queries import chosen_unit, find_logged, logged
from app.store import states
from sync.models import Reading, Receipt, Word
from sync.protocol.wire import Mutation
from sync.server.answers import ANSWERS
from tests.features.conftest import NOW, Chart
from tests.features.readings.log import log, log_kilos, sent
from tests.harness import Window

Open = Callable[..., Window]


def values(app: App, what: str) -> list[dict[str, str]]:
    return [{name: str(value) for name, value in one.values.items()} for one in logged(app.store, what, 50)]


# --- the noun and the commands


def test_a_reading_keeps_its_numbers_as_they_were_typed() -> None:
    said = Reading(id="r", measured_at=NOW, what="weight", values={"value": Decimal("80.50")}, unit="kg")
    assert '"80.50"' in said.body() and Reading.read("r", said.body()) == said


@pytest.mark.parametrize("fields", [{"values": {}}, {"values": {"value": "NaN"}}, {"what": ""}])
def test_a_reading_has_a_name_and_a_number(fields: dict[str, object]) -> None:
    given = {"id": "r", "measured_at": NOW, "what": "weight", "values": {"value": "80"}, "unit": "kg"}
    with pytest.raises(ValidationError):
        Reading.model_validate({**given, **fields})


def test_the_clinic_files_a_reading_in_the_chart() -> None:
    said = Reading(id="r1", measured_at=NOW, what="pain", values={"value": Decimal(3)}, unit="{score}")
    mutation = Mutation(
        mid="m", scope="s", kind="reading", op="put", id="r1", body=said.body(), at=NOW.isoformat()
    )
    [receipt] = ANSWERS["reading"]("s", mutation, NOW)
    assert isinstance(receipt, Receipt)
    assert (receipt.of, receipt.word, receipt.by) == ("r1", Word.HELD, "chart")


def test_a_reading_is_kept_and_queued_at_once(empty_app: App) -> None:
    reading = log(empty_app, "weight", "kg", value="80.50")
    assert values(empty_app, "weight") == [{"value": "80.50"}]
    assert states.word_of(empty_app.store, reading.id) == "waiting"


def test_what_has_not_come_yet_and_what_is_too_long_is_refused(empty_app: App) -> None:
    later = NOW + timedelta(hours=1)
    with pytest.raises(RuleBroken, match="in_future"):
        log_reading(empty_app, "pain", {"value": Decimal(3)}, "{score}", later)
    with pytest.raises(RuleBroken, match="note_too_long"):
        log_reading(empty_app, "pain", {"value": Decimal(3)}, "{score}", None, "x" * (LONGEST_NOTE + 1))
    assert empty_app.store.pending(9) == []


def test_a_reading_that_was_sent_is_changed_by_another_in_its_place(empty_app: App) -> None:
    reading = log(empty_app, "weight", "kg", value=80)
    sent(empty_app)
    one = find_logged(empty_app.store, reading.id)
    assert one
    change_reading(empty_app, one, {"value": Decimal("81.5")}, "kg", NOW - timedelta(days=2), "after lunch")
    [now] = logged(empty_app.store, "weight", 9)
    assert (now.values["value"], now.at, now.note) == (
        Decimal("81.5"),
        NOW - timedelta(days=2),
        "after lunch",
    )
    assert [(m.op, m.id == reading.id) for m in empty_app.store.pending(9)] == [
        ("put", False),
        ("delete", True),
    ]


def test_the_unit_of_each_measure_is_remembered_here_and_sent_to_nobody(empty_app: App) -> None:
    assert chosen_unit(empty_app.store, "weight") == "[lb_av]"
    empty_app.store.keep(weight_unit="kg")
    assert chosen_unit(empty_app.store, "weight") == "kg"
    choose_unit(empty_app, "glucose", "mmol/L")
    choose_unit(empty_app, "weight", "[lb_av]")
    assert [chosen_unit(empty_app.store, what) for what in ("weight", "glucose")] == ["[lb_av]", "mmol/L"]
    assert empty_app.store.pending(9) == []


# --- two taps and a number


async def test_two_taps_and_a_number_and_it_can_be_undone(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/readings") as window:
        await window.tap("Weight")
        await window.type("Weight (lb)", "177.5")
        await window.tap("Save")
        assert {"Saved: 177.5 lb.", "177.5 lb", "Today, 9:12", "Waiting to send"} <= set(window.texts())
        await window.tap("Undo")
        assert values(empty_app, "weight") == []


async def test_a_blood_pressure_has_two_numbers_and_a_pulse_if_one_likes(
    empty_app: App, open_at: Open
) -> None:
    async with open_at(empty_app, "/readings/pressure") as window:
        await window.type("Upper (mmHg)", "128")
        await window.type("Lower (mmHg)", "81")
        await window.submit("Lower (mmHg)")
        assert "Saved: 128/81 mmHg." in window.texts()
        await window.tap("Log another")
        await window.type("Upper (mmHg)", "130")
        await window.type("Lower (mmHg)", "82")
        await window.type("Pulse", "70")
        await window.tap("Save")
        assert "Saved: 130/82 mmHg, pulse 70 a minute." in window.texts()
        await window.go("/readings")
        assert "130/82 mmHg, pulse 70 a minute · Today" in window.texts()


async def test_pain_is_a_number_to_tap(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/readings/pain") as window:
        await window.tap("Save")
        assert "Please choose a number." in window.texts() and values(empty_app, "pain") == []
        await window.tap("7")
        await window.tap("Save")
        assert "Saved: 7 of 10." in window.texts()


async def test_sleep_is_hours_and_minutes(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/readings/sleep") as window:
        await window.type("Hours", "7")
        await window.type("Minutes", "30")
        await window.tap("Save")
        assert "Saved: 7 h 30 min." in window.texts()


async def test_the_unit_changes_the_question_and_everything_shown(empty_app: App, open_at: Open) -> None:
    log_kilos(empty_app, (1, 80.5))
    async with open_at(empty_app, "/readings/weight") as window:
        assert "177.5 lb" in window.texts()
        await window.tap("Use kg instead")
        assert "80.5 kg" in window.texts()
        await window.type("Weight (kg)", "80,2")
        await window.submit("Weight (kg)")
        assert values(empty_app, "weight")[0] == {"value": "80.2"}


@pytest.mark.parametrize(
    ("language", "save", "said"), [("en", "Save", "only the number"), ("es", "Guardar", "Escriba solo")]
)
async def test_nonsense_is_said_at_its_field_and_nothing_is_saved(
    empty_app: App, open_at: Open, language: str, save: str, said: str
) -> None:
    empty_app.change_settings(language=language)
    upper, lower = {
        "en": ("Upper (mmHg)", "Lower (mmHg)"),
        "es": ("Máxima (mmHg)", "Mínima (mmHg)"),
    }[language]
    async with open_at(empty_app, "/readings/pressure") as window:
        await window.type(upper, "128")
        await window.type(lower, "eighty")
        await window.tap(save)
        assert window.field(upper).error is None and said in window.field(lower).error
        assert values(empty_app, "pressure") == []


# --- one question, and it never stands in the way


async def test_an_unlikely_number_is_asked_about_once_and_then_saved(empty_app: App, open_at: Open) -> None:
    choose_unit(empty_app, "weight", "kg")
    async with open_at(empty_app, "/readings/weight") as window:
        await window.type("Weight (kg)", "700")
        await window.tap("Save")
        assert "700 kg: is that right?" in window.texts() and values(empty_app, "weight") == []
        await window.tap("Change it")
        assert "700 kg: is that right?" not in window.texts()
        await window.tap("Save")
        await window.tap("Yes, that is right")
        assert values(empty_app, "weight") == [{"value": "700"}]


async def test_a_yes_belongs_to_the_number_that_was_asked_about(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/readings/oxygen") as window:
        await window.type("Oxygen (%)", "9")
        await window.tap("Save")
        await window.type("Oxygen (%)", "8")
        await window.tap("Yes, that is right")
        assert "8 %: is that right?" in window.texts() and values(empty_app, "oxygen") == []


async def test_an_upper_number_below_the_lower_one_is_asked_about(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/readings/pressure") as window:
        await window.type("Upper (mmHg)", "81")
        await window.type("Lower (mmHg)", "128")
        await window.tap("Save")
        assert "81/128 mmHg: the upper number is usually the higher one. Is that right?" in window.texts()
        await window.tap("Yes, that is right")
        assert values(empty_app, "pressure") == [{"systolic": "81", "diastolic": "128"}]


async def test_pounds_where_kilograms_were_typed_before_are_asked_about(
    empty_app: App, open_at: Open
) -> None:
    log_kilos(empty_app, (2, 80))
    async with open_at(empty_app, "/readings/weight") as window:
        await window.type("Weight (lb)", "80")
        await window.tap("Save")
        assert any("far from your last weight, 176.4 lb" in text for text in window.texts())


# --- what may be dangerous


async def test_a_dangerous_number_is_saved_and_says_calmly_what_to_do(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/readings/glucose") as window:
        await window.type("Sugar (mg/dL)", "50")
        await window.tap("Save")
        assert values(empty_app, "glucose") == [{"value": "50"}]
        [told] = [text for text in window.texts() if text.startswith("50 mg/dL is very low.")]
        assert "call 911" in told
        await window.tap("Log another")
        await window.type("Sugar (mg/dL)", "95")
        await window.tap("Save")
        assert not any("is very low" in text for text in window.texts())


async def test_what_to_do_now_is_not_said_of_last_week(empty_app: App, open_at: Open) -> None:
    log(empty_app, "glucose", "mg/dL", 7, value=50)
    async with open_at(empty_app, "/readings/glucose") as window:
        assert "50 mg/dL" in window.texts() and not any("very low" in text for text in window.texts())


# --- when it was


async def test_a_reading_may_be_moved_back_but_not_ahead(empty_app: App, open_at: Open) -> None:
    async with open_at(empty_app, "/readings/heart") as window:
        await window.type("Heart rate", "72")
        await window.tap("It was earlier")
        await window.tap("Day: Today")
        await pick(window, datetime(2026, 6, 1, 5, tzinfo=UTC))
        await window.tap("Time: 9:12")
        await pick(window, datetime(2026, 1, 1, 21, 5).time())
        await window.tap("Save")
        assert logged(empty_app.store, "heart", 9)[0].at == datetime(2026, 6, 2, 2, 5, tzinfo=UTC)
        await window.tap("Undo")
        await window.tap("It was earlier")
        await window.tap("Time: 9:12")
        await pick(window, datetime(2026, 1, 1, 21, 5).time())
        await window.type("Heart rate", "72")
        await window.tap("Save")
        assert "This time has not come yet. Please check the day and the time." in window.texts()
        await window.tap("Back to now")
        await window.tap("Save")
        assert logged(empty_app.store, "heart", 9)[0].at == NOW


async def pick(window: Window, value: object) -> None:
    """Choose in the calendar or the clock that stands open."""
    import flet as ft

    [picker] = [c for c in window.find() if isinstance(c, ft.DatePicker | ft.TimePicker) and c.open]
    await window.fire(picker, "change", value, value=value)
    await window.fire(picker, "dismiss", open=False)


# --- the state word, and what waits


async def test_the_state_word_follows_the_clinic(empty_app: App, chart: Chart, open_at: Open) -> None:
    reading = log(empty_app, "oxygen", "%", value=97)
    async with open_at(empty_app, "/readings/oxygen") as window:
        sent(empty_app)
        await window.settle()
        assert "Sent" in window.texts()
        chart.seq = 5
        chart.send(Receipt(id="r", of=reading.id, word=Word.HELD, at=NOW, by="chart"))
        await window.settle()
        assert "Clinic has it" in window.texts()


async def test_what_waits_is_called_by_what_was_measured(empty_app: App, open_at: Open) -> None:
    log(empty_app, "pressure", "mm[Hg]", systolic=128, diastolic=81)
    async with open_at(empty_app, "/waiting") as window:
        assert "Reading: Blood pressure" in window.texts()
