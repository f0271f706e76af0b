"""Whose is it: by the patient compartment, and never by a mere mention."""

from __future__ import annotations

import json

import pytest

from sync.fhir.owner import known, owners, patients, subjects
from sync.fhir.reading import Found

KNOWN = {"Patient/a": "a", "Patient/b": "b", "urn:uuid:a": "a"}


def ref(link):
    return {"reference": link}


@pytest.mark.parametrize(
    ("fields", "whose"),
    [
        ({"subject": ref("Patient/a")}, {"a"}),
        ({"subject": ref("urn:uuid:a")}, {"a"}),
        ({"patient": ref("https://x.example/fhir/Patient/a/_history/3")}, {"a"}),
        ({"beneficiary": ref("Patient/a")}, {"a"}),
        ({"for": ref("Patient/b")}, {"b"}),
        ({"participant": [{"actor": ref("Practitioner/1")}, {"actor": ref("Patient/b")}]}, {"b"}),
        ({"target": [ref("Patient/a"), ref("Patient/b")]}, {"a", "b"}),
        ({"subject": ref("Patient/stranger"), "author": ref("Patient/a")}, {"Patient/stranger"}),
        ({"subject": ref("https://x.example/fhir/Patient/stran_ger")}, {"Patient/stran_ger"}),
        ({"subject": [ref("Patient/a"), ref("Patient/stranger")]}, {"a", "Patient/stranger"}),
        ({"subject": [ref("Patient/a"), ref("urn:uuid:a")]}, {"a"}),
        ({"subject": ref("urn:uuid:nobody")}, set()),
        ({"subject": ref("#Patient")}, set()),
        ({"subject": ref("Group/g")}, set()),
        ({"member": [{"entity": ref("Patient/a")}]}, set()),
        ({"subject": "Patient/a", "patient": 7, "participant": None}, set()),
    ],
)
def test_the_most_telling_element_decides(fields, whose):
    assert subjects(fields, KNOWN) == whose


def found(kind, id, **fields):
    fields = {"resourceType": kind, "id": id, **fields}
    raw = json.dumps(fields, separators=(",", ":")).encode()
    return Found(kind, id, raw, fields, url=f"urn:uuid:{id}")


def test_two_patients_in_one_file_share_only_what_they_both_refer_to():
    file = [
        found("Patient", "a", managingOrganization=ref("Organization/o")),
        found("Patient", "b", link=[{"other": ref("Patient/a")}]),
        found("Observation", "x", subject=ref("urn:uuid:a"), performer=[ref("urn:uuid:p")]),
        found("Observation", "y", subject=ref("Patient/b"), performer=[ref("Practitioner/p")]),
        found("Practitioner", "p", extension=[{"valueReference": ref("Organization/q")}]),
        found("Organization", "o"),
        found("Organization", "q"),
        found("Organization", "nobody"),
        found("Provenance", "v", target=[ref("Patient/a"), ref("Patient/b")]),
        found(
            "Observation", "z", subject=ref("Patient/a"), focus=[ref("Observation/y"), ref("Observation/s")]
        ),
        found("Observation", "s", subject=ref("Patient/stranger")),
    ]
    got = {item.id: whose for item, whose in zip(file, owners(file, {}), strict=True)}
    assert got == {
        "a": {"a"}, "b": {"b"}, "x": {"a"}, "y": {"b"}, "z": {"a"}, "p": {"a", "b"}, "o": {"a"}, "q": {"a", "b"},
        "nobody": set(), "v": set(), "s": {"Patient/stranger"},
    }  # fmt: skip


def test_a_patient_may_be_called_by_type_or_by_address():
    people = patients([found("Patient", "a"), found("Observation", "x")])
    assert known(people) == {"Patient/a": "a", "urn:uuid:a": "a"}


def test_with_one_patient_in_a_file_only_what_names_another_is_not_theirs():
    file = [
        found("Patient", "a", link=[{"other": ref("Patient/old")}]),
        found("Observation", "x", subject=ref("urn:uuid:a")),
        found("Observation", "u", subject=ref("urn:uuid:unknown")),
        found("Observation", "s", subject=ref("Patient/stranger")),
        found("Observation", "b", subject=ref("urn:uuid:b")),
        found("Observation", "h", note="no patient", performer=[ref("Patient/stranger")]),
        found("Coverage", "c", beneficiary=ref("Patient/a"), subscriber=ref("Patient/stranger")),
        found("Provenance", "v", target=[ref("Patient/a"), ref("Patient/stranger")]),
        found("Organization", "o"),
    ]
    got = {item.id: whose for item, whose in zip(file, owners(file, {"urn:uuid:b": "b"}), strict=True)}
    mine, stranger = {"a"}, {"Patient/stranger"}
    assert got == {
        "a": mine, "x": mine, "u": mine, "s": stranger, "b": {"b"}, "h": mine, "c": mine, "v": set(), "o": mine,
    }  # fmt: skip


def test_a_patient_known_by_address_only_is_found_by_it():
    person = Found("Patient", "f3a1", b"{}", {}, url="https://x.example/fhir/Patient/7")
    assert subjects({"subject": ref("Patient/7")}, known({"f3a1": person})) == {"f3a1"}
