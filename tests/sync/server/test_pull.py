"""Pulling from a live FHIR server: the same rows as from a file, then only what is new, to whom it belongs."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from exports import kept, lab, person, records, save
from hospital import Hospital
from house import DEMO, PAULA
from pulls import lines, pull
from test_delaying import choose, seen
from test_delaying import one as result
from test_delaying import report as panel

from sync.models import Record, derive_id
from sync.server.clinic import Clinic
from sync.server.errors import NotThere

DOCTOR = {"resourceType": "Practitioner", "id": "dr", "name": [{"family": "Lee"}]}
DRUG = {"resourceType": "Medication", "id": "m", "code": {"text": "Metformin"}}


def script(id, patient):
    return {
        "resourceType": "MedicationRequest", "id": id, "subject": {"reference": f"Patient/{patient}"},
        "medicationReference": {"reference": "Medication/m"}, "requester": {"reference": "Practitioner/dr"},
    }  # fmt: skip


def on_a_server(file):
    """The resources of a bundle as a server holds them: they refer to each other by type and id."""
    text = gzip.decompress(file.read_bytes()).decode()
    for one in json.loads(text)["entry"]:
        text = text.replace(
            f'"{one["fullUrl"]}"', f'"{one["resource"]["resourceType"]}/{one["resource"]["id"]}"'
        )
    return [one["resource"] for one in json.loads(text)["entry"]]


def canonical(rows):
    """Each document's words without what a server adds to them: its version of the resource and the time of that."""
    found = {}
    for id, one in rows.items():
        body = json.loads(one.body)
        meta = body.get("resource", {}).get("meta", {})
        meta.pop("lastUpdated", None)
        if meta == {}:
            body.get("resource", {}).pop("meta", None)
        found[id] = json.dumps(body, sort_keys=True)
    return found


@pytest.mark.parametrize("everything", [True, False], ids=["$everything", "searches"])
def test_a_record_from_a_server_is_the_record_from_a_file(clinic, sqlite_url, tmp_path, everything):
    resources = on_a_server(next(DEMO.glob("patients/Paula*")))
    hospital = Hospital(everything=everything)
    hospital.put(*resources, ago=60 * 24)
    report = pull(clinic, hospital, patient=PAULA)
    assert report.errors == [] and report.whole()
    other = Clinic(f"sqlite:///{tmp_path / 'other.db'}")
    other.migrate()
    by_file = other.import_paths([save(tmp_path, "paula.json", *resources)])
    scope = f"patient:{PAULA}"
    here, there = kept(clinic, scope), kept(other, scope)
    assert len(here) == len(there) == by_file.added == 318
    assert canonical(here) == canonical(there)
    other.dispose()
    before = kept(clinic, scope)
    again = pull(clinic, hospital, patient=PAULA)
    assert {(line.new, line.changed) for line in again.types.values()} == {(0, 0)}
    assert kept(clinic, scope) == before
    changed = next(one for one in resources if one["resourceType"] == "Observation")
    hospital.put({**changed, "status": "corrected"})
    third = pull(clinic, hospital, patient=PAULA)
    assert lines(third, "Observation") == (1, 0, 1, 0, 0)
    id = derive_id("record", "Observation", changed["id"])
    after = kept(clinic, scope)
    assert {one for one in after if after[one].rev != before[one].rev} == {id}
    assert Record.read(id, after[id].body).status == "corrected"
    hospital.close()


def test_all_the_demo_patients_come_from_a_server_and_only_once(clinic):
    hospital = Hospital(size=100)
    for file in DEMO.glob("patients/*"):
        hospital.put(*on_a_server(file), ago=60 * 24)
    first = pull(clinic, hospital)
    assert first.errors == [] and first.whole()
    assert sum(line.pulled for line in first.types.values()) == len(hospital.held)
    assert len(clinic.patients()) == 5
    before = {one["id"]: kept(clinic, f"patient:{one['id']}") for one in clinic.patients()}
    second = pull(clinic, hospital)
    assert {lines(second, type) for type in second.types} == {(0, 0, 0, 0, 0)}
    again = pull(clinic, hospital, again=True)
    assert sum(line.new + line.changed for line in again.types.values()) == 0
    assert before == {one["id"]: kept(clinic, f"patient:{one['id']}") for one in clinic.patients()}
    hospital.close()


def test_what_a_record_refers_to_comes_along_to_each_patient(clinic, hospital):
    hospital.put(script("x", "pa"), script("y", "pb"), DOCTOR, DRUG, ago=60)
    assert pull(clinic, hospital).errors == []
    assert records(clinic, "patient:pa") == {"pa", "x", "dr", "m"}
    assert records(clinic, "patient:pb") == {"pb", "y", "dr", "m"}
    shown = kept(clinic, "patient:pa")[derive_id("record", "MedicationRequest", "x")]
    assert Record.read("x", shown.body).title == "Metformin"
    before = kept(clinic, "patient:pa")
    hospital.put(script("x", "pa"), ago=0)
    hospital.put({**DOCTOR, "name": [{"family": "Lee-Ames"}]})
    report = pull(clinic, hospital)
    assert lines(report, "Practitioner") == (1, 0, 1, 0, 0)
    for scope in ("patient:pa", "patient:pb"):
        held = kept(clinic, scope)[derive_id("record", "Practitioner", "dr")]
        assert Record.read("dr", held.body).title == "Lee-Ames"
    after = kept(clinic, "patient:pa")
    assert Record.read("x", after[derive_id("record", "MedicationRequest", "x")].body).title == "Metformin"
    assert before.keys() == after.keys()


def test_one_patient_pulled_by_searches_has_their_doctor_and_their_medicine_too(clinic):
    hospital = Hospital(everything=False)
    hospital.put(person("pa"), person("pb"), script("x", "pa"), script("y", "pb"), DOCTOR, DRUG, ago=60)
    report = pull(clinic, hospital, patient="pa")
    assert report.errors == []
    assert records(clinic, "patient:pa") == {"pa", "x", "dr", "m"}
    assert [one["id"] for one in clinic.patients()] == ["pa"]
    hospital.put(script("z", "pa"))
    hospital.asked.clear()
    assert lines(pull(clinic, hospital, patient="pa"), "MedicationRequest") == (1, 1, 0, 0, 0)
    assert hospital.searches("Medication") == []
    shown = kept(clinic, "patient:pa")[derive_id("record", "MedicationRequest", "z")]
    assert Record.read("z", shown.body).title == "Metformin"
    hospital.close()


def test_a_second_pull_asks_for_what_is_new_by_the_servers_own_clock(clinic, hospital):
    behind = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    hospital.clock = lambda: behind
    hospital.put(lab("x", "pa"), ago=60)
    first = pull(clinic, hospital, type=("Observation",))
    assert first.searches["Observation"].until == behind.isoformat()
    hospital.put(lab("y", "pa"), ago=-1)
    hospital.asked.clear()
    second = pull(clinic, hospital, type=("Observation",))
    since = (behind - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert hospital.searches("Observation") == [f"/fhir/Observation?_count=100&_lastUpdated=ge{since}"]
    assert lines(second, "Observation") == (1, 1, 0, 0, 0)


def test_a_server_ahead_of_its_time_does_not_make_us_miss_what_comes_later(clinic, hospital):
    hospital.clock = lambda: datetime.now(UTC) + timedelta(days=2)
    pull(clinic, hospital, type=("Observation",))
    hospital.clock = lambda: datetime.now(UTC)
    hospital.put(lab("x", "pa"))
    assert lines(pull(clinic, hospital, type=("Observation",)), "Observation")[:2] == (1, 1)


def test_each_server_and_each_patient_has_a_mark_of_its_own(clinic, hospital):
    pull(clinic, hospital, type=("Observation",))
    hospital.put(lab("old", "pa"), ago=60 * 24)
    assert lines(pull(clinic, hospital, patient="pa", type=("Observation",)), "Observation")[:2] == (1, 1)
    other = Hospital()
    other.put(person("pa", birthDate="1959-06-17"), lab("other", "pa"), ago=60 * 24 * 9)
    assert lines(pull(clinic, other, type=("Observation",)), "Observation")[:2] == (1, 1)
    other.close()


def test_a_patient_who_came_while_we_walked_is_asked_for_by_id(clinic, hospital):
    def late(_path):
        hospital.put(person("new", "Late"), lab("x", "new"))

    hospital.put(lab("y", "pa"), ago=60)
    hospital.plan("/fhir/Observation?", late)
    report = pull(clinic, hospital)
    assert report.errors == []
    assert records(clinic, "patient:new") == {"new", "x"}


def test_what_is_about_nobody_we_know_or_about_two_is_given_to_neither(clinic, hospital):
    two = {"resourceType": "Appointment", "id": "two", "participant": [
        {"actor": {"reference": "Patient/pa"}}, {"actor": {"reference": "Patient/pb"}}]}  # fmt: skip
    hospital.put(two, lab("x", "nobody"), {"resourceType": "Questionnaire", "id": "q"}, ago=60)
    pull(clinic, hospital)
    assert records(clinic, "clinic") == {"two", "x"}
    assert records(clinic, "content") == {"q"}


def test_two_people_with_one_id_are_never_mixed_and_nobody_else_is_held_up(clinic, hospital, tmp_path):
    clinic.import_paths([save(tmp_path, "a.json", person("pa", "Zorn", birthDate="1990-01-01"), lab("mine"))])
    hospital.put(lab("x", "pa"), lab("y", "pb"), ago=60)
    for _ in range(2):
        report = pull(clinic, hospital)
        assert [one["reason"].split(" here")[0] for one in report.errors] == [
            "its patient id belongs to another person",
            "it is about a patient whose id belongs to another person",
        ]
        assert records(clinic, "patient:pa") == {"pa", "mine"}
        assert records(clinic, "patient:pb") == {"pb", "y"}
    alone = pull(clinic, hospital, patient="pa")
    assert not alone.whole() and alone.types["Patient"].refused == 1
    assert records(clinic, "patient:pa") == {"pa", "mine"}


def test_a_patient_whom_the_server_does_not_show_is_named_by_id(clinic, hospital):
    with pytest.raises(NotThere, match="no patient with the id nobody"):
        pull(clinic, hospital, patient="nobody")
    assert clinic.patients() == []


def test_somebody_else_in_a_patients_record_becomes_no_patient_of_this_clinic(clinic, hospital):
    hospital.extra["$everything"] = [person("mother", "Elder"), lab("hers", "mother")]
    pull(clinic, hospital, patient="pa")
    assert [one["id"] for one in clinic.patients()] == ["pa"]
    assert records(clinic, "clinic") == {"mother", "hers"}


def test_what_a_record_has_no_use_for_is_named_and_comes_when_asked_for(clinic, hospital):
    hospital.put({"resourceType": "StructureDefinition", "id": "s"}, ago=60)
    report = pull(clinic, hospital)
    assert report.left_out == ["StructureDefinition"]
    asked = pull(clinic, hospital, type=("StructureDefinition",))
    assert lines(asked, "StructureDefinition")[:2] == (1, 1) and [*asked.searches] == [
        "Patient",
        "StructureDefinition",
    ]


def test_a_result_that_its_patient_asked_to_see_later_waits_though_it_was_pulled(house, hospital):
    phone = house.phone()
    phone.sync(choose(lab=3))
    hospital.put(result("a"), result("b"), panel("r", "a"), ago=60)
    assert pull(house.clinic, hospital).errors == []
    assert seen(phone) == set()
    hospital.put(panel("r", "a", conclusion="All as it should be."))
    pull(house.clinic, hospital)
    assert seen(phone) == {"a", "r"}
