"""From a number typed without a connection to the clinic, to another device, and to other apps as FHIR."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from app.features.health.commands import log_dose
from app.features.health.queries import last_doses
from app.features.health.rules import Entry, Line
from app.features.readings.queries import logged
from app.main import window
from app.store import states
from sync.fhir.measures import LOINC
from sync.fhir.own import resource_of
from sync.models import How, Reading, Taken, Weight
from tests.conftest import Phone, Wire
from tests.features.conftest import NOW
from tests.harness import Window

VITALS = "http://terminology.hl7.org/CodeSystem/observation-category"


async def test_a_reading_typed_without_a_connection_reaches_the_tablet(
    phone: Phone, tablet: Phone, wire: Wire
) -> None:
    wire.up = False
    async with Window(window(phone.app), "/readings/pressure") as shown:
        await shown.type("Upper (mmHg)", "128")
        await shown.type("Lower (mmHg)", "81")
        await shown.tap("Save")
        assert "Waiting to send" in shown.texts()
    wire.up = True
    await phone.sync()
    await tablet.sync()
    [one] = logged(tablet.store, "pressure", 9)
    assert states.word_of(phone.store, one.id) == "held"
    async with Window(window(tablet.app), "/readings/pressure") as shown:
        assert {"128/81 mmHg", "Clinic has it"} <= set(shown.texts())


async def test_a_dose_logged_on_one_device_and_taken_back_on_the_other(phone: Phone, tablet: Phone) -> None:
    entry = Entry(Line("m1", "MedicationRequest", "medicine", "Metformin 500 mg"), {"id": "met"})
    log_dose(phone.app, entry, How.TAKEN)
    await phone.sync()
    await tablet.sync()
    [dose] = last_doses(tablet.store, "m1", 9)
    assert (dose.title, dose.how, states.word_of(phone.store, dose.id)) == (
        "Metformin 500 mg",
        "taken",
        "held",
    )
    tablet.app.take_back(dose)
    await tablet.sync()
    await phone.sync()
    assert last_doses(phone.store, "m1", 9) == []


# --- as FHIR


def made(what: str, unit: str, note: str = "", **values: str) -> dict[str, Any]:
    numbers = {name: Decimal(value) for name, value in values.items()}
    reading = Reading(id="r", measured_at=NOW, what=what, values=numbers, unit=unit, note=note)
    resource = resource_of("r", "reading", reading.body(), "rosa")
    assert json.loads(json.dumps(resource)) == resource
    return resource


def test_a_blood_pressure_is_one_observation_with_two_components() -> None:
    resource = made("pressure", "mm[Hg]", "at rest", systolic="128", diastolic="81", pulse="70")
    assert resource["category"] == [{"coding": [{"system": VITALS, "code": "vital-signs"}]}]
    assert resource["code"]["coding"][0]["code"] == "85354-9" and "valueQuantity" not in resource
    assert [
        (part["code"]["coding"][0]["code"], part["valueQuantity"]["value"], part["valueQuantity"]["code"])
        for part in resource["component"]
    ] == [("8480-6", 128, "mm[Hg]"), ("8462-4", 81, "mm[Hg]"), ("8867-4", 70, "/min")]
    assert (
        resource["note"] == [{"text": "at rest"}] and resource["effectiveDateTime"] == "2026-06-03T14:12:00Z"
    )
    assert resource["subject"] == {"reference": "Patient/rosa"} and resource["performer"] == [
        resource["subject"]
    ]


@pytest.mark.parametrize(
    ("what", "unit", "value", "codes", "category"),
    [
        ("weight", "[lb_av]", "177.5", ["29463-7"], "vital-signs"),
        ("weight", "kg", "80.5", ["29463-7"], "vital-signs"),
        ("glucose", "mg/dL", "98", ["2339-0"], "laboratory"),
        ("glucose", "mmol/L", "5.4", ["15074-8"], "laboratory"),
        ("temperature", "Cel", "37.2", ["8310-5"], "vital-signs"),
        ("heart", "/min", "72", ["8867-4"], "vital-signs"),
        ("oxygen", "%", "97", ["59408-5", "2708-6"], "vital-signs"),
        ("pain", "{score}", "3", ["72514-3"], "vital-signs"),
        ("steps", "/d", "6200", ["41950-7"], "activity"),
        ("sleep", "min", "450", ["93832-4"], "activity"),
    ],
)
def test_the_unit_goes_as_it_was_typed_under_the_code_that_fits_it(
    what: str, unit: str, value: str, codes: list[str], category: str
) -> None:
    resource = made(what, unit, value=value)
    quantity = resource["valueQuantity"]
    assert [coding["code"] for coding in resource["code"]["coding"]] == codes
    assert all(coding["system"] == LOINC for coding in resource["code"]["coding"])
    assert (Decimal(str(quantity["value"])), quantity["code"]) == (Decimal(value), unit)
    assert resource["category"][0]["coding"][0]["code"] == category


def test_kilopascals_go_as_r4_wants_them_and_stay_as_they_were_typed_in_the_document() -> None:
    resource = made("pressure", "kPa", systolic="16.0", diastolic="10.8")
    assert [part["valueQuantity"]["value"] for part in resource["component"]] == [120, 81]
    assert '"16.0"' in resource["extension"][0]["extension"][1]["valueString"]


@pytest.mark.parametrize(
    "fields", [{"what": "grip"}, {"unit": "[stone_av]"}, {"values": {"left": Decimal("31.0")}}]
)
def test_what_a_later_version_measures_goes_with_every_word(fields: dict[str, Any]) -> None:
    usual = {"id": "r", "measured_at": NOW, "what": "weight", "values": {"value": Decimal(80)}, "unit": "kg"}
    body = Reading.model_validate({**usual, **fields}).body()
    resource = resource_of("r", "reading", body, "rosa")
    assert resource["resourceType"] == "Basic"
    assert resource["extension"][0]["extension"][1]["valueString"] == body


def test_an_old_weight_goes_as_it_always_did() -> None:
    resource = resource_of("w", "weight", Weight(id="w", weighed_at=NOW, grams=68_039).body(), "rosa")
    assert resource["valueQuantity"]["value"] == pytest.approx(68.039)


@pytest.mark.parametrize(
    ("how", "reference", "status", "about"),
    [
        ("taken", "MedicationRequest/met", "completed", {"request": {"reference": "MedicationRequest/met"}}),
        (
            "skipped",
            "MedicationStatement/met",
            "not-done",
            {"supportingInformation": [{"reference": "MedicationStatement/met"}]},
        ),
        ("taken", "", "completed", {}),
    ],
)
def test_a_dose_is_an_administration_by_the_person_themselves(
    how: str, reference: str, status: str, about: dict[str, Any]
) -> None:
    dose = Taken(id="t", medicine="m", title="Metformin", reference=reference, taken_at=NOW, how=How(how))
    resource = resource_of("t", "taken", dose.body(), "rosa")
    assert (resource["resourceType"], resource["status"]) == ("MedicationAdministration", status)
    assert resource["medicationCodeableConcept"] == {"text": "Metformin"}
    assert resource["performer"] == [{"actor": {"reference": "Patient/rosa"}}]
    given = {key: resource[key] for key in ("request", "supportingInformation") if key in resource}
    assert given == about
