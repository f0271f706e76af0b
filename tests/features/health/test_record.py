"""What the Health screens read from a real store, and what they show."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from app.context import App
from app.features.health.queries import (
    comments,
    count_sections,
    list_readings,
    list_section,
    members,
    name_of,
    open_record,
    series,
)
from app.store.library import lessons_on
from app.ui.strings import Words
from app.ui.telling import facts
from sync.models import derive_id
from tests.features.conftest import Chart, a1c, pressure
from tests.harness import Window

Open = Callable[..., Window]
A3 = derive_id("record", "Observation", "a3")


def test_sections_are_counted(app_with_record: App) -> None:
    counts = count_sections(app_with_record.store)
    assert list(counts.items())[:3] == [("result", 4), ("reading", 2), ("medicine", 2)]
    assert "bill" not in counts


def test_a_list_has_the_newest_first_with_its_value(app_with_record: App) -> None:
    lines = list_section(app_with_record.store, "result", 10)
    assert [line.title for line in lines[:2]] == ["Sugar panel", "Hemoglobin A1c"]
    assert [(line.value, line.unit) for line in lines[1:]] == [("7.2", "%"), ("7.6", "%"), ("8.1", "%")]


def test_what_is_current_stands_before_what_is_over(app_with_record: App) -> None:
    lines = list_section(app_with_record.store, "medicine", 10)
    assert [(line.title, line.status) for line in lines] == [
        ("Metformin 500 mg", "active"),
        ("Amoxicillin", "stopped"),
    ]
    assert lines[0].dose == "One tablet with breakfast"


def test_a_list_knows_a_window(app_with_record: App) -> None:
    assert len(list_section(app_with_record.store, "result", 2)) == 2


def test_readings_show_the_latest_of_each_kind(app_with_record: App) -> None:
    assert [(line.title, line.value, line.unit) for line in list_readings(app_with_record.store)] == [
        ("Blood pressure", "128/81", "mmHg")
    ]


def test_the_old_code_of_blood_pressure_joins_the_new_one(app_with_record: App, chart: Chart) -> None:
    old = pressure("b0", 140, 90, "2020-01-01")
    old["code"] = {"coding": [{"system": "http://loinc.org", "code": "55284-4"}], "text": "Blood Pressure"}
    chart.send_fhir(old)
    assert len(list_readings(app_with_record.store)) == 1
    entry = open_record(app_with_record.store, derive_id("record", "Observation", "b2"))
    assert entry
    points = series(app_with_record.store, entry, "mmHg", "8480-6")
    assert [value for _, value in points] == [140, 151, 128]


def test_numbers_keep_their_zeros(app_with_record: App, chart: Chart) -> None:
    body = '{"type":"Observation","category":"result","title":"X","when":"2026-06-02","resource":'
    row = chart.row("x", "record", body + '{"valueQuantity":{"value":1.50,"unit":"g"}}}')
    chart.settle([row], "patient-rosa", False)
    assert list_section(app_with_record.store, "result", 1)[0].value == "1.50"


def test_a_series_holds_one_unit_and_no_mistakes(app_with_record: App, chart: Chart) -> None:
    chart.send_fhir(
        a1c("a4", 55, "2026-05-01", valueQuantity={"value": 55, "unit": "mmol/mol"}),
        a1c("a5", 99, "2026-05-02", status="entered-in-error"),
        a1c("a6", 5, "2026-05-03", valueQuantity={"value": 5, "unit": "%", "comparator": "<"}),
    )
    entry = open_record(app_with_record.store, A3)
    assert entry
    assert [value for _, value in series(app_with_record.store, entry, "%")] == [
        Decimal("8.1"),
        Decimal("7.6"),
        Decimal("7.2"),
    ]


def test_the_report_s_conclusion_is_the_clinician_s_comment(app_with_record: App) -> None:
    entry = open_record(app_with_record.store, A3)
    assert entry
    assert comments(app_with_record.store, entry) == [("Better than in March. Keep going.", "Dr. Lee")]


def test_a_report_lists_what_was_measured(app_with_record: App) -> None:
    entry = open_record(app_with_record.store, derive_id("record", "DiagnosticReport", "rep"))
    assert entry
    assert [line.id for line in members(app_with_record.store, entry)] == [A3]


def test_a_reference_is_called_by_the_name_of_what_it_means(app_with_record: App) -> None:
    assert name_of(app_with_record.store, {"reference": "Practitioner/lee"}) == "Dr. Lee"
    assert name_of(app_with_record.store, {"reference": "urn:uuid:nobody"}) == ""


def test_a_test_finds_its_lesson_in_the_patient_s_language(app_with_record: App) -> None:
    found = lessons_on(app_with_record.store, ["http://loinc.org|4548-4"], "es")
    assert [one.title for one in found] == ["¿Qué es la A1c?"]
    assert lessons_on(app_with_record.store, [""], "en") == []


def test_facts_are_plain_rows_and_never_code() -> None:
    resource: dict[str, Any] = {
        "resourceType": "AllergyIntolerance",
        "id": "x",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"text": "Peanuts"},
        "recordedDate": "2020-05-01",
        "reaction": [{"manifestation": [{"text": "Hives"}], "severity": "mild"}],
        "participant": [{"individual": {"reference": "Practitioner/lee"}}],
        "onsetPeriod": {"start": "2019-01-01", "end": "2019-02-01"},
        "photo": [{"extension": [{"url": "http://example.org"}]}],
        "total": {"value": 12, "currency": "USD"},
        "address": [{"line": ["1 Oak St"], "city": "Boston", "postalCode": "02134"}],
        "name": [{"given": ["Ana"], "family": "Ruiz"}],
        "active": True,
        "rank": 3,
        "_rank": {"extension": []},
    }
    found = dict(facts(resource, lambda link: "Dr. Lee", Words("en")))
    assert found["Status"] == ["Active"]
    assert found["Written down on"] == ["Fri 1 May 2020"]
    assert found["Reaction"] == ["Manifestation: Hives; Severity: mild"]
    assert found["Who took part"] == ["Dr. Lee"]
    assert found["Onset period"] == ["Tue 1 January 2019 – Fri 1 February 2019"]
    assert found["Total"] == ["\u206612 USD\u2069"]
    assert found["Address"] == ["1 Oak St, Boston, 02134"]
    assert found["In use"] == ["Yes"]
    assert "Photo" not in found
    assert not any("{" in line for lines in found.values() for line in lines)


# --- screens


async def test_from_today_to_the_newest_result_in_one_tap(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record) as window:
        await window.tap("New result")
        assert "Better than in March. Keep going." in " ".join(window.texts())
        await window.tap("Hemoglobin A1c")
        texts = window.texts()
        assert "7.2 %" in texts
        assert "A little above the usual range (4.0–5.6)." in texts
        assert "Dr. Lee: “Better than in March. Keep going.”" in texts
        assert "Going down since March 2026: 8.1 → 7.2" in texts
        assert "Read about this" in texts
        await window.tap("What is A1c?")
        assert "Source: MedlinePlus" in window.texts()


async def test_a_result_shown_is_not_new_any_more(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/health/list/result") as window:
        await window.go("/today")
        assert "New result" not in window.texts()


async def test_a_result_without_range_and_comment_says_so(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    chart.send_fhir(a1c("a1", 7.2, "2026-06-01", referenceRange=[]))
    async with open_at(empty_app, f"/health/record/{derive_id('record', 'Observation', 'a1')}") as window:
        assert {"Your lab gave no usual range.", "Not commented yet."} <= set(window.texts())


async def test_the_lab_s_own_mark_is_said_and_never_ours(empty_app: App, chart: Chart, open_at: Open) -> None:
    mark = [{"coding": [{"code": "HH"}]}]
    chart.send_fhir(a1c("a1", 5.7, "2026-06-01", interpretation=mark), a1c("a2", 30, "2026-06-02"))
    async with open_at(empty_app, f"/health/record/{derive_id('record', 'Observation', 'a1')}") as window:
        assert "Your lab marked it: critically high." in window.texts()
        assert "Far above the usual range (4.0–5.6)." in window.texts()
        await window.go(f"/health/record/{derive_id('record', 'Observation', 'a2')}")
        assert not any("normal" in text for text in window.texts())


async def test_a_mistake_of_the_clinic_is_named(empty_app: App, chart: Chart, open_at: Open) -> None:
    chart.send_fhir(a1c("a1", 7.2, "2026-06-01", status="entered-in-error"))
    async with open_at(empty_app, f"/health/record/{derive_id('record', 'Observation', 'a1')}") as window:
        assert any("entered by mistake" in text for text in window.texts())


async def test_everything_as_given_unfolds(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, f"/health/record/{A3}") as window:
        assert "Usual range" not in window.texts()
        await window.tap("Show everything as your clinic gave it")
        assert "Usual range" in window.texts()
        await window.tap("Hide the details")
        assert "Usual range" not in window.texts()


async def test_on_a_desktop_the_record_stands_beside_the_list(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/health/list/medicine", width=1280) as window:
        await window.tap("Metformin")
        assert window.route == "/health/list/medicine"
        assert {"Amoxicillin", "How to take it", "One tablet with breakfast"} <= set(window.texts())


async def test_a_long_list_shows_fifty_and_more(empty_app: App, chart: Chart, open_at: Open) -> None:
    chart.send_fhir(*(a1c(f"r{n}", 5, f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}") for n in range(60)))
    async with open_at(empty_app, "/health/list/result") as window:
        assert window.texts().count("Hemoglobin A1c") == 50
        await window.tap("Show more")
        assert window.texts().count("Hemoglobin A1c") == 60


async def test_a_record_without_a_date_is_still_there(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/health/list/other") as window:
        assert {"Without a date", "Something else"} <= set(window.texts())


async def test_a_record_that_is_gone_says_so(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/health/record/nothing") as window:
        assert "This is not in your record any more." in window.texts()


@pytest.mark.parametrize("section", ["medicine", "condition", "vaccine", "person", "reading"])
async def test_every_kind_of_record_opens(app_with_record: App, open_at: Open, section: str) -> None:
    line = list_section(app_with_record.store, section, 1)[0]
    async with open_at(app_with_record, f"/health/record/{line.id}") as window:
        assert line.title in window.texts()
        assert "This did not work. Nothing was lost. Please try again." not in window.texts()
