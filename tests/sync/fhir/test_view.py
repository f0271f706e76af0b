"""The thin view: a table of resources and what a list shows of them, and that nothing makes it fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.fhir.reading import Found
from sync.fhir.record import papers, visit
from sync.fhir.view import View, view
from sync.models import KINDS, Category

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"


def concept(code, display, system=LOINC, text=None):
    made = {"coding": [{"system": system, "code": code, "display": display}]}
    return {**made, "text": text} if text else made


def observation(category, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"code": category}]}],
        "code": concept("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", text="A1c"),
        **more,
    }


NOTE = concept("34117-2", "History and physical note")
TABLE = [
    (
        observation("laboratory", effectiveDateTime="2026-11-17", issued="2026-11-18"),
        View("Observation", Category.RESULT, "A1c", f"{LOINC}|4548-4", "2026-11-17", "final"),
    ),
    (observation("vital-signs"), (Category.READING, "A1c")),
    (observation("social-history"), (Category.SURVEY, "A1c")),
    (observation("survey"), (Category.SURVEY, "A1c")),
    (observation("unheard-of"), (Category.RESULT, "A1c")),
    (
        {"resourceType": "DiagnosticReport", "code": NOTE, "category": [NOTE]},
        (Category.NOTE, "History and physical note"),
    ),
    ({"resourceType": "DiagnosticReport", "presentedForm": [{}]}, (Category.NOTE, "DiagnosticReport")),
    (
        {"resourceType": "DiagnosticReport", "presentedForm": [{}], "result": [{}]},
        (Category.RESULT, "DiagnosticReport"),
    ),
    (
        {"resourceType": "MedicationRequest", "status": "active", "authoredOn": "2020",
         "medicationCodeableConcept": concept("1", "Metformin", "rx")},
        View("MedicationRequest", Category.MEDICINE, "Metformin", "rx|1", "2020", "active"),
    ),
    (
        {"resourceType": "MedicationRequest", "medicationReference": {"reference": "#m"},
         "contained": [{"id": "m", "code": concept("2", "Aspirin", "rx")}]},
        View("MedicationRequest", Category.MEDICINE, "Aspirin", "rx|2"),
    ),
    (
        {"resourceType": "MedicationRequest", "medicationReference": {"reference": "x/1", "display": "Ibuprofen"}},
        (Category.MEDICINE, "Ibuprofen"),
    ),
    (
        {"resourceType": "Condition", "clinicalStatus": {"coding": [{"code": "active"}]},
         "code": {"text": "Asthma"}, "onsetPeriod": {"start": "1999"}},
        View("Condition", Category.CONDITION, "Asthma", "", "1999", "active"),
    ),
    (
        {"resourceType": "AllergyIntolerance", "code": concept("3", "Penicillin", SNOMED), "recordedDate": "2001"},
        View("AllergyIntolerance", Category.ALLERGY, "Penicillin", f"{SNOMED}|3", "2001"),
    ),
    (
        {"resourceType": "Immunization", "vaccineCode": concept("140", "Flu", "cvx"), "occurrenceDateTime": "2024"},
        View("Immunization", Category.VACCINE, "Flu", "cvx|140", "2024"),
    ),
    (
        {"resourceType": "Encounter", "type": [concept("4", "Check-up", SNOMED)], "period": {"start": "2020-01-01"}},
        View("Encounter", Category.VISIT, "Check-up", f"{SNOMED}|4", "2020-01-01"),
    ),
    ({"resourceType": "Encounter", "class": {"code": "AMB", "display": "ambulatory"}}, (Category.VISIT, "ambulatory")),
    ({"resourceType": "Encounter"}, (Category.VISIT, "Encounter")),
    ({"resourceType": "Appointment", "description": "Talk"}, (Category.VISIT, "Talk")),
    (
        {"resourceType": "Procedure", "code": {"text": "X-ray"}, "performedPeriod": {"start": "2019"}},
        View("Procedure", Category.PROCEDURE, "X-ray", "", "2019"),
    ),
    (
        {"resourceType": "DocumentReference", "content": [{"attachment": {"title": "Letter"}}], "date": "2018"},
        View("DocumentReference", Category.NOTE, "Letter", "", "2018"),
    ),
    (
        {"resourceType": "CarePlan", "category": [{"coding": [{"code": "assess-plan"}]}, {"text": "Diet"}]},
        (Category.PLAN, "Diet"),
    ),
    ({"resourceType": "Goal", "description": {"text": "Walk"}, "lifecycleStatus": "active"}, (Category.PLAN, "Walk")),
    (
        {"resourceType": "Claim", "type": {"coding": [{"code": "pharmacy"}]}, "created": "2017",
         "item": [{"productOrService": {"text": "Visit"}}]},
        (Category.BILL, "Visit"),
    ),
    ({"resourceType": "Coverage", "payor": [{"display": "Acme"}]}, (Category.BILL, "Acme")),
    (
        {"resourceType": "Patient", "birthDate": "1959-06-17",
         "name": [{"use": "old", "text": "Old"}, {"use": "official", "given": ["A", "B"], "family": "C"}]},
        View("Patient", Category.PERSON, "A B C", "", "1959-06-17"),
    ),
    ({"resourceType": "Practitioner", "name": {"prefix": ["Dr."], "family": "Lee"}}, (Category.PERSON, "Dr. Lee")),
    ({"resourceType": "Organization", "name": " The\n Clinic "}, (Category.PERSON, "The Clinic")),
    ({"resourceType": "Questionnaire", "title": "PHQ-9"}, (Category.FORM, "PHQ-9")),
    ({"resourceType": "QuestionnaireResponse", "authored": "2020"}, (Category.SURVEY, "QuestionnaireResponse")),
    ({"resourceType": "Device", "deviceName": [{"name": "Pump"}]}, (Category.OTHER, "Pump")),
    ({"resourceType": "Unheard"}, (Category.OTHER, "Unheard")),
    ({}, (Category.OTHER, "Resource")),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "shown"), TABLE)
def test_what_a_list_shows_of_a_resource(resource, shown):
    seen = view(resource)
    assert (seen if isinstance(shown, View) else (seen.category, seen.title)) == shown


def test_a_medicine_named_elsewhere_in_the_file_is_found():
    request = {"resourceType": "MedicationRequest", "medicationReference": {"reference": "urn:uuid:1"}}
    near = {"urn:uuid:1": {"code": concept("5", "Warfarin", "rx")}}
    assert (view(request, near).title, view(request, near).code) == ("Warfarin", "rx|5")


KEYS = st.sampled_from(
    ["resourceType", "code", "coding", "text", "display", "name", "given", "category", "type", "period", "start",
     "status", "item", "contained", "medicationReference", "reference", "participant", "actor", "birthDate", "id"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = st.recursive(
    LEAVES, lambda c: st.lists(c, max_size=3) | st.dictionaries(KEYS, c, max_size=4), max_leaves=20
)
TYPES = st.sampled_from(
    ["Observation", "Patient", "Appointment", "Claim", "DiagnosticReport", "Encounter", "Zzz"]
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=8), TYPES)
def test_no_shape_makes_the_view_fail_and_every_paper_can_be_read(fields, kind):
    fields = {**fields, "resourceType": kind}
    raw = json.dumps(fields, ensure_ascii=True).encode()
    for paper in papers(Found(kind, "x", raw, fields)):
        read = KINDS[paper.kind].read(paper.id, paper.body)
        assert read.id == paper.id


@pytest.mark.shared
def test_every_published_example_has_a_title_and_a_type():
    folder = Path(__file__).parents[4] / "shared/data/fhir-r4-examples"
    for path in sorted(folder.glob("*.json")):
        seen = view(json.loads(path.read_bytes()))
        assert seen.title
        assert seen.type == path.name.partition("-")[0]


APPOINTMENT = {"resourceType": "Appointment", "id": "m", "start": "2026-12-01T09:20:00Z"}


@pytest.mark.parametrize(
    ("more", "minutes", "status"),
    [
        ({}, 20, "booked"),
        ({"minutesDuration": 45, "status": "checked-in"}, 45, "arrived"),
        ({"end": "2026-12-01T09:50:00Z", "status": "noshow"}, 30, "noshow"),
        ({"end": "2026-12-01T09:00:00Z", "status": "cancelled"}, 1, "cancelled"),
        ({"minutesDuration": -3, "status": 7, "participant": [{"actor": {"display": "?"}}]}, 20, "booked"),
    ],
)
def test_an_appointment_stands_for_a_visit(more, minutes, status):
    fields = {**APPOINTMENT, **more}
    made = visit(Found("Appointment", "m", b"{}", fields))
    assert (made.minutes, made.status, made.with_whom) == (minutes, status, "")
