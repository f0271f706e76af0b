"""One place for all readings: one's own, weights of an earlier version, the clinic's; on screens and on paper."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from app.context import App
from app.features.readings.commands import choose_unit
from app.features.readings.queries import latest, logged
from app.features.readings.rules import CLINIC, OLD, OWN
from app.features.take.commands import write_book
from app.store.backup import Pace
from app.ui.strings import Words
from sync.fhir.measures import MEASURES
from sync.models import Reading, Weight, derive_id
from tests.features.conftest import Chart, pressure
from tests.features.readings.log import log, log_kilos, old_weight, sent
from tests.harness import Window

Open = Callable[..., Window]


def seen(id: str, code: str, value: float, unit: str, day: str, **more: Any) -> dict[str, Any]:
    """An observation of the clinic."""
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": "Vital"},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"},
        **more,
    }


def sources(app: App, what: str) -> list[str]:
    return [one.source for one in logged(app.store, what, 50)]


def test_old_weights_the_clinic_s_and_one_s_own_stand_in_one_list(empty_app: App, chart: Chart) -> None:
    old_weight(empty_app, 80_513, 10)
    log_kilos(empty_app, (1, 80.5))
    chart.send_fhir(
        seen("w1", "29463-7", 81.2, "kg", "2026-05-30T09:00:00-05:00"),
        seen("w2", "29463-7", 185, "[lb_av]", "2026-05-20"),
        seen("w3", "29463-7", 300, "kg", "2026-05-31", status="entered-in-error"),
        seen("w4", "29463-7", 12, "[stone_av]", "2026-05-31"),
    )
    assert sources(empty_app, "weight") == [OWN, CLINIC, OLD, CLINIC]


def test_the_clinic_s_pressure_and_sugar_come_by_any_of_their_codes(empty_app: App, chart: Chart) -> None:
    dated = pressure("b2", 118, 76, "2026-05-02")
    dated["code"] = {"coding": [{"system": "http://loinc.org", "code": "55284-4"}], "text": "Blood pressure"}
    lab = {"category": [{"coding": [{"code": "laboratory"}]}]}
    chart.send_fhir(
        pressure("b1", 151, 92, "2026-03-01"),
        dated,
        seen("g1", "2339-0", 97, "mg/dL", "2026-05-01", **lab),
        seen("g2", "15074-8", 6.3, "mmol/L", "2026-05-02", **lab),
        seen("o1", "2708-6", 97, "%", "2026-05-02"),
    )
    assert [one.values["systolic"] for one in logged(empty_app.store, "pressure", 9)] == [118, 151]
    assert [(one.values["value"], one.unit) for one in logged(empty_app.store, "glucose", 9)] == [
        (Decimal("6.3"), "mmol/L"),
        (97, "mg/dL"),
    ]
    assert set(latest(empty_app.store)) == {"pressure", "glucose", "oxygen"}


async def test_the_clinic_s_are_marked_and_cannot_be_changed_here(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    chart.send_fhir(pressure("b1", 151, 92, "2026-05-30"))
    async with open_at(empty_app, "/readings") as window:
        assert "151/92 mmHg · Sat 30 May, from your clinic" in window.texts()
        await window.tap("Blood pressure")
        assert {"151/92 mmHg", "From your clinic"} <= set(window.texts())
        assert "Delete" not in window.buttons()
        await window.tap("From your clinic")
        assert window.route == f"/health/record/{derive_id('record', 'Observation', 'b1')}"


async def test_the_course_has_a_line_a_sentence_and_a_table_and_says_which_days_are_the_clinic_s(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    choose_unit(empty_app, "weight", "kg")
    old_weight(empty_app, 81_200, 30)
    log_kilos(empty_app, (1, 80.5))
    chart.send_fhir(seen("w1", "29463-7", 80.9, "kg", "2026-05-24T09:00:00-05:00"))
    async with open_at(empty_app, "/readings/weight") as window:
        assert {
            "Weight: between 80.5 kg and 81.2 kg. The last one was 80.5 kg.",
            "One of these days is from your clinic.",
        } <= set(window.texts())
        await window.tap("Show as table")
        assert {"Sun 24 May 2026", "80.9 kg"} <= set(window.texts())


async def test_a_blood_pressure_has_a_line_for_each_number(empty_app: App, open_at: Open) -> None:
    log(empty_app, "pressure", "mm[Hg]", 9, systolic=128, diastolic=81)
    log(empty_app, "pressure", "mm[Hg]", 2, systolic=132, diastolic=81)
    async with open_at(empty_app, "/readings/pressure") as window:
        assert {
            "Upper number: between 128 mmHg and 132 mmHg. The last one was 132 mmHg.",
            "Lower number: it stayed at 81 mmHg.",
        } <= set(window.texts())


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ((7, 82.6), "Weight: down 2.1 kg in a week. If you did not plan this, tell your clinic."),
        ((2, 77.5), "Weight: up 3 kg in 2 days. If you did not plan this, tell your clinic."),
        (
            (1, 36.5),
            "Weight: up 44 kg in a day. Please check the number and the unit. If they are right, tell your clinic.",
        ),
    ],
)
async def test_a_quick_change_is_said_calmly_here_and_on_today(
    empty_app: App, open_at: Open, before: tuple[int, float], said: str
) -> None:
    choose_unit(empty_app, "weight", "kg")
    log_kilos(empty_app, before, (0, 80.5))
    async with open_at(empty_app, "/readings/weight") as window:
        assert said in window.texts()
        await window.go("/today")
        assert f"Weight: 80.5 kg · Today\n{said}" in window.texts()


async def test_a_reading_is_changed_and_an_old_weight_too(empty_app: App, open_at: Open) -> None:
    old = old_weight(empty_app, 80_513)
    async with open_at(empty_app, f"/readings/weight/{old.id}") as window:
        assert window.field("Weight (lb)").value == "177.5"
        await window.type("Weight (lb)", "178")
        await window.tap("Save")
        assert window.route == "/readings/weight" and "178 lb" in window.texts()
    assert empty_app.store.find(Weight) == []
    assert [one.values["value"] for one in empty_app.store.find(Reading)] == [178]


async def test_a_reading_is_deleted_after_asking(empty_app: App, open_at: Open) -> None:
    old_weight(empty_app, 80_500)
    async with open_at(empty_app, "/readings/weight") as window:
        await window.tap("Delete")
        await window.tap("Keep it")
        assert len(empty_app.store.find(Weight)) == 1
        await window.tap("Delete")
        found = [b for b in window.find() if getattr(b, "on_click", None)]
        await window.fire(found[-1], "click")
        assert empty_app.store.find(Weight) == []


async def test_today_shows_what_was_logged_only_for_a_month(empty_app: App, open_at: Open) -> None:
    log_kilos(empty_app, (31, 80.5))
    async with open_at(empty_app) as window:
        assert "Readings" not in window.texts()
        log(empty_app, "pain", "{score}", value=3)
        log(empty_app, "oxygen", "%", 1, value=97)
        await window.settle()
        assert "Pain: 3 of 10 · Today\nOxygen: 97 % · Yesterday" in window.texts()
        await window.tap("Readings")
        assert window.route == "/readings"


async def test_on_a_phone_it_is_found_under_me_and_on_a_desktop_in_the_rail(
    empty_app: App, open_at: Open
) -> None:
    async with open_at(empty_app, "/me", width=390, height=844) as window:
        await window.tap("Readings")
        assert window.route == "/readings"
    async with open_at(empty_app, "/mood", width=1280, height=800) as window:
        await window.tap("Readings")
        assert window.route == "/readings"


async def test_its_note_is_found_by_searching(empty_app: App, chart: Chart, open_at: Open) -> None:
    chart.send_fhir(pressure("b1", 151, 92, "2026-05-30"))
    reading = log(empty_app, "pressure", "mm[Hg]", note="After climbing stairs", systolic=140, diastolic=85)
    async with open_at(empty_app, "/health/search") as window:
        await window.type("Search", "climbing")
        assert "Blood pressure\nWhat you measured · Today" in window.texts()
        await window.tap("After climbing stairs")
        assert window.route == f"/readings/pressure/{reading.id}"


async def test_what_a_later_version_measures_stays_and_breaks_nothing(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    body = (
        '{"measured_at":"2026-06-03T10:00:00Z","what":"grip","values":{"left":"31.0"},"unit":"kg","note":""}'
    )
    chart.settle([chart.row("new", "reading", body)], empty_app.store.scope, False)
    async with open_at(empty_app, "/today") as window:
        assert "grip: 31.0 kg · Today" in window.texts()
        await window.go("/readings/grip")
        assert "This version of the app does not know this kind of reading." in window.texts()
        await window.go("/readings")
        assert not any("grip" in text for text in window.texts())
    assert "grip: 31.0" in book(empty_app)


@pytest.mark.parametrize(
    ("what", "values", "unit", "said"),
    [
        ("weight", {"left": "40.0"}, "kg", "40.0 kg"),
        ("weight", {"value": "12"}, "[stone_av]", "12 [stone_av]"),
        ("sleep", {"deep": "90"}, "min", "90 min"),
        ("pressure", {"systolic": "128"}, "mm[Hg]", "128 mm[Hg]"),
    ],
)
async def test_what_a_later_version_says_otherwise_is_shown_as_it_came(
    empty_app: App, chart: Chart, open_at: Open, what: str, values: dict[str, str], unit: str, said: str
) -> None:
    fields = {"measured_at": "2026-06-03T10:00:00Z", "what": what, "values": values, "unit": unit, "note": ""}
    chart.settle([chart.row("new", "reading", json.dumps(fields))], empty_app.store.scope, False)
    log(empty_app, what, MEASURES[what].units[0].code, 3, **dict.fromkeys(required(what), 100))
    async with open_at(empty_app, "/today") as window:
        assert any(said in text for text in window.texts())
        for route in ("/readings", f"/readings/{what}"):
            await window.go(route)
            assert any(said in text for text in window.texts())
        await window.go(f"/readings/{what}/new")
        assert any("not here any more" in text for text in window.texts())
    assert said in book(empty_app)


def required(what: str) -> list[str]:
    return [part.name for part in MEASURES[what].parts if not part.optional]


def book(app: App, language: str = "en") -> str:
    out = io.StringIO()
    write_book(app.store, out, Words(language, app.now, app.zone), Pace(None, None))
    return out.getvalue().replace("\u2066", "").replace("\u2069", "").replace("\u00a0", " ")


def test_the_book_tells_of_every_reading_and_of_old_weights(empty_app: App) -> None:
    old_weight(empty_app, 80_513, 3)
    log(empty_app, "pressure", "mm[Hg]", note="At rest", systolic=128, diastolic=81)
    shown = book(empty_app)
    assert "What I measured" in shown and "Blood pressure: 128/81 mmHg" in shown and "At rest" in shown
    assert "Weight: 177.5 lb (80.5 kg)" in shown
    assert "Presión arterial: 128/81 mmHg" in book(empty_app, "es")


def test_nothing_but_the_numbers_travels(empty_app: App) -> None:
    log(empty_app, "weight", "kg", value="80.50")
    [mutation] = empty_app.store.pending(9)
    assert json.loads(mutation.body)["values"] == {"value": "80.50"}
    sent(empty_app)
    assert empty_app.store.pending(9) == []
