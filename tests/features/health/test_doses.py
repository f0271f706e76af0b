"""Doses of a medicine: "I took it" in one tap, moved back where it was earlier, skipped, undone; and what it is for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from app.context import App
from app.core.errors import RuleBroken
from app.features.health.commands import log_dose
from app.features.health.queries import last_doses, open_record
from app.features.health.rules import Entry
from app.store import states
from sync.models import How, Receipt, Taken, Word, derive_id
from sync.protocol.wire import Mutation
from sync.server.answers import ANSWERS
from tests.features.conftest import NOW, Chart
from tests.features.readings.log import sent
from tests.features.readings.test_readings import pick
from tests.harness import Window

Open = Callable[..., Window]
METFORMIN = derive_id("record", "MedicationRequest", "met")
STOPPED = derive_id("record", "MedicationRequest", "old")
PAGE = f"/health/record/{METFORMIN}"


def metformin(app: App) -> Entry:
    entry = open_record(app.store, METFORMIN)
    assert entry
    return entry


async def test_one_tap_says_it_was_taken_and_that_the_clinic_can_see_it(
    app_with_record: App, open_at: Open
) -> None:
    async with open_at(app_with_record, PAGE) as window:
        assert "Tap when you take it. Your clinic can see what you log here." in window.texts()
        await window.tap("I took it")
        assert {"Saved: taken Today, 9:12.", "Taken", "Waiting to send"} <= set(window.texts())
        await window.go("/waiting")
        assert "Dose: Metformin 500 mg" in window.texts()
    [mutation] = app_with_record.store.pending(9)
    body = json.loads(mutation.body)
    assert (mutation.kind, body["medicine"], body["how"]) == ("taken", METFORMIN, "taken")
    assert (body["title"], body["reference"]) == ("Metformin 500 mg", "MedicationRequest/met")
    assert "due_at" not in body


async def test_it_is_undone_without_a_trace(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, PAGE) as window:
        await window.tap("I took it")
        await window.tap("Undo")
        assert "Taken" not in window.texts() and app_with_record.store.pending(9) == []


async def test_it_may_be_moved_back_or_skipped(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, PAGE) as window:
        await window.tap("It was earlier")
        await window.tap("Day: Today")
        await pick(window, datetime(2026, 6, 2, 5, tzinfo=UTC))
        await window.tap("I skipped it")
        assert {"Saved: skipped Yesterday, 9:12.", "Skipped", "Yesterday, 9:12"} <= set(window.texts())
        assert "Time: now" in window.texts()
    [dose] = last_doses(app_with_record.store, METFORMIN, 9)
    assert (dose.how, dose.taken_at) == ("skipped", NOW - timedelta(days=1))


def test_a_moment_that_has_not_come_is_refused(app_with_record: App) -> None:
    with pytest.raises(RuleBroken, match=r"taken\.in_future"):
        log_dose(app_with_record, metformin(app_with_record), How.TAKEN, NOW + timedelta(hours=1))
    assert last_doses(app_with_record.store, METFORMIN, 9) == []


async def test_the_last_doses_are_listed_a_few_at_a_time_and_can_be_deleted(
    app_with_record: App, open_at: Open
) -> None:
    for back in range(7):
        log_dose(app_with_record, metformin(app_with_record), How.TAKEN, NOW - timedelta(days=back))
    async with open_at(app_with_record, PAGE) as window:
        assert window.texts().count("Taken") == 5
        await window.tap("Show more")
        assert window.texts().count("Taken") == 7
        [first, *_] = [b for b in window.find() if getattr(b, "key", None) is None and _says(b, "Delete")]
        await window.fire(first, "click")
        yes = [b for b in window.find() if getattr(b, "on_click", None)][-1]
        await window.fire(yes, "click")
        assert window.texts().count("Taken") == 6


def _says(control: object, name: str) -> bool:
    from tests.sight import name_of

    return bool(getattr(control, "on_click", None)) and name_of(control) == name


async def test_what_is_over_asks_for_no_dose_and_shows_what_was_logged(
    app_with_record: App, open_at: Open
) -> None:
    old = open_record(app_with_record.store, STOPPED)
    assert old
    async with open_at(app_with_record, f"/health/record/{STOPPED}") as window:
        assert "I took it" not in window.texts() and "Doses" not in window.texts()
        log_dose(app_with_record, old, How.TAKEN)
        await window.settle()
        assert "Your last doses" in window.texts() and "I took it" not in window.texts()


async def test_its_state_word_follows_the_clinic(app_with_record: App, chart: Chart, open_at: Open) -> None:
    dose = log_dose(app_with_record, metformin(app_with_record), How.TAKEN)
    async with open_at(app_with_record, PAGE) as window:
        sent(app_with_record)
        await window.settle()
        assert "Sent" in window.texts()
        chart.seq = 900
        chart.send(Receipt(id="r", of=dose.id, word=Word.HELD, at=NOW, by="chart"))
        await window.settle()
        assert states.word_of(app_with_record.store, dose.id) == "held" and "Clinic has it" in window.texts()


def test_the_clinic_files_a_dose_in_the_chart() -> None:
    said = Taken(id="t", medicine="m", title="Metformin", taken_at=NOW)
    [receipt] = ANSWERS["taken"](
        "s", Mutation(mid="m", scope="s", kind="taken", id="t", body=said.body()), NOW
    )
    assert isinstance(receipt, Receipt) and (receipt.of, receipt.word) == ("t", Word.HELD)


def test_a_dose_knows_its_medicine_and_its_time_zone() -> None:
    with pytest.raises(ValidationError):
        Taken(id="t", medicine="", title="Metformin", taken_at=NOW)
    with pytest.raises(ValidationError):
        Taken(id="t", medicine="m", title="Metformin", taken_at=NOW.replace(tzinfo=None))


async def test_a_medicine_says_what_it_is_for_and_every_instruction_as_it_was_written(
    app_with_record: App, chart: Chart, open_at: Open
) -> None:
    chart.seq = 900
    chart.send_fhir(
        {
            "resourceType": "MedicationRequest",
            "id": "pred",
            "status": "active",
            "medicationCodeableConcept": {"text": "Prednisone 5 mg"},
            "reasonCode": [{"text": "Asthma flare"}],
            "reasonReference": [{"reference": "Condition/dm"}],
            "dosageInstruction": [
                {"text": "2 tablets each morning for 5 days", "patientInstruction": "Take with food"},
                {"text": "then 1 tablet each morning"},
            ],
        }
    )
    async with open_at(app_with_record, "/health/list/medicine") as window:
        assert {"Now", "Earlier", "Prednisone 5 mg", "Amoxicillin"} <= set(window.texts())
        await window.tap("Prednisone 5 mg")
        assert {
            "What it is for",
            "Asthma flare",
            "Type 2 diabetes",
            "How to take it",
            "2 tablets each morning for 5 days",
            "Take with food",
            "then 1 tablet each morning",
        } <= set(window.texts())
