"""Importing: everything readable goes in, to whom it belongs, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exports import kept, lab, person, records, save

from sync.models import Category, Person, Record, Visit, derive_id
from sync.server.clinic import Clinic
from sync.server.errors import NoDemo
from sync.server.seed import seed

SHARED = Path(__file__).parents[4] / "shared" / "data"


def test_a_patient_file_becomes_a_scope_with_a_person_and_records(clinic, tmp_path):
    report = clinic.import_paths([save(tmp_path, "a.json", person("pa", birthDate="1959-06-17"), lab("x"))])
    assert (report.files, report.resources, report.added, report.errors) == (1, 2, 3, [])
    assert clinic.patients() == [{"id": "pa", "name": "Ann Ames", "records": 2}]
    rows = kept(clinic, "patient:pa")
    who = Person.read("x", rows[derive_id("person", "pa")].body)
    assert (who.fhir_id, who.name, who.given, str(who.born_on)) == ("pa", "Ann Ames", "Ann", "1959-06-17")
    shown = Record.read("x", rows[derive_id("record", "Observation", "x")].body)
    assert (shown.category, shown.title) == (Category.RESULT, "A1c")


def test_importing_twice_changes_nothing(clinic, tmp_path):
    files = [save(tmp_path, "a.json", person("pa"), lab("x")), save(tmp_path, "b.ndjson", lab("y", "pa"))]
    clinic.import_paths(files)
    before = kept(clinic, "patient:pa")
    again = clinic.import_paths(files)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 4)
    assert kept(clinic, "patient:pa") == before


def test_a_changed_resource_gets_a_new_revision_and_the_rest_stays(clinic, tmp_path):
    clinic.import_paths([save(tmp_path, "a.json", person("pa"), lab("x"), lab("y"))])
    before = kept(clinic, "patient:pa")
    report = clinic.import_paths([save(tmp_path, "a.json", person("pa"), lab("x", status="final"), lab("y"))])
    assert (report.added, report.changed, report.unchanged) == (0, 1, 3)
    after = kept(clinic, "patient:pa")
    assert {id for id in after if after[id].rev != before[id].rev} == {
        derive_id("record", "Observation", "x")
    }


def test_of_two_texts_of_one_resource_the_last_counts_every_time(clinic, tmp_path):
    a = save(tmp_path, "a.json", person("pa"), lab("x", status="draft"), lab("x", status="older"))
    b = save(tmp_path, "b.ndjson", lab("x", "pa", status="final"), lab("x", "pa", status="newest"))
    first = clinic.import_paths([a, b])
    assert (first.added, first.changed) == (3, 1)
    held = kept(clinic, "patient:pa")
    assert '"newest"' in held[derive_id("record", "Observation", "x")].body
    second = clinic.import_paths([a, b])
    assert (second.added, second.changed) == (0, 0)
    assert kept(clinic, "patient:pa") == held


def test_the_text_of_a_number_survives_until_the_device(clinic, tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_text(
        json.dumps(person("pa")) + '\n{"resourceType":"Observation", "id":"x", "v": 1.50, "w":-0.0}\n'
    )
    clinic.import_paths([path])
    body = kept(clinic, "patient:pa")[derive_id("record", "Observation", "x")].body
    assert '"resource":{"resourceType":"Observation","id":"x","v":1.50,"w":-0.0}' in body


def test_what_came_with_one_patient_belongs_to_them(clinic, tmp_path):
    clinic.import_paths([save(tmp_path, "a.json", person("pa"), {"resourceType": "Organization", "id": "o"})])
    assert records(clinic, "patient:pa") == {"pa", "o"}


def test_what_no_device_could_read_is_named_and_left_out(clinic, tmp_path):
    deep = tmp_path / "deep.json"
    for levels in (250, 1100):
        deep.write_text('{"resourceType":"Observation","x":' + "[" * levels + "]" * levels + "}")
        assert clinic.import_paths([deep]).errors[0]["reason"] == "nested too deeply"


def test_an_export_with_a_file_per_type_finds_its_patients_whatever_the_order(clinic, tmp_path):
    save(tmp_path, "1-Observation.ndjson", lab("x", "pa"), lab("y", "pb"), lab("lost", "stranger"))
    save(tmp_path, "2-Patient.ndjson", person("pa"), person("pb", "Baker"))
    save(tmp_path, "3-Practitioner.ndjson", {"resourceType": "Practitioner", "id": "p"})
    save(tmp_path, "4-Questionnaire.json", {"resourceType": "Questionnaire", "id": "q"})
    report = clinic.import_paths([tmp_path])
    assert (report.files, report.resources) == (4, 7)
    assert records(clinic, "patient:pa") == {"pa", "x"}
    assert records(clinic, "patient:pb") == {"pb", "y"}
    assert records(clinic, "clinic") == {"lost", "p"}
    assert records(clinic, "content") == {"q"}


def test_a_later_file_finds_a_patient_from_an_earlier_import(clinic, tmp_path):
    clinic.import_paths([save(tmp_path, "a.json", person("pa"))])
    clinic.import_paths([save(tmp_path, "b.json", lab("x", "pa"))])
    assert records(clinic, "patient:pa") == {"pa", "x"}


def test_two_people_with_one_id_are_never_mixed(clinic, tmp_path):
    clinic.import_paths([save(tmp_path, "a.json", person("1", birthDate="1959-06-17"), lab("x"))])
    other = save(tmp_path, "b.json", person("1", "Zorn", birthDate="1990-01-01"), lab("y"))
    report = clinic.import_paths([other])
    assert [error["reason"] for error in report.errors] == ["its patient id belongs to another person here"]
    assert records(clinic, "patient:1") == {"1", "x"}
    married = save(tmp_path, "c.json", person("1", "Zorn", birthDate="1959-06-17"))
    assert clinic.import_paths([married]).errors == []
    assert clinic.patients()[0]["name"] == "Ann Zorn"


def test_an_appointment_is_also_a_visit(clinic, tmp_path):
    meeting = {
        "resourceType": "Appointment", "id": "m", "status": "booked", "start": "2026-12-01T09:20:00-05:00",
        "end": "2026-12-01T09:50:00-05:00", "description": "Talk", "patientInstruction": "Bring your list",
        "participant": [
            {"actor": {"reference": "Practitioner/1", "display": "Dr. Lee"}},
            {"actor": {"reference": "Location/1", "display": "Room 4"}},
        ],
    }  # fmt: skip
    clinic.import_paths([save(tmp_path, "a.json", person("pa"), meeting)])
    held = kept(clinic, "patient:pa")[derive_id("visit", "m")]
    visit = Visit.read(held.id, held.body)
    assert (visit.minutes, visit.with_whom, visit.where) == (30, "Dr. Lee", "Room 4")
    assert (visit.reason, visit.prepare, visit.status) == ("Talk", "Bring your list", "booked")


def test_an_appointment_without_a_time_is_a_record_only(clinic, tmp_path):
    clinic.import_paths(
        [save(tmp_path, "a.json", person("pa"), {"resourceType": "Appointment", "start": "soon"})]
    )
    assert {row.kind for row in kept(clinic, "patient:pa").values()} == {"person", "record"}


def test_errors_are_named_and_stop_nothing(clinic, tmp_path):
    save(tmp_path, "good.json", person("pa"), lab("x"))
    (tmp_path / "bad.json").write_text('{"resourceType": "Patient",}')
    (tmp_path / "half.ndjson").write_text(json.dumps(lab("y", "pa")) + "\n{oops\n")
    (tmp_path / "intake.yaml").write_text("title: intake")
    (tmp_path / ".hidden").write_text("x")
    report = clinic.import_paths([tmp_path])
    assert report.files == 4
    assert records(clinic, "patient:pa") == {"pa", "x", "y"}
    named = [(Path(e["file"]).name, e["where"], e["reason"].split(":")[0]) for e in report.errors]
    assert named == [
        ("bad.json", "", "not JSON"),
        ("half.ndjson", "line 2", "not JSON"),
        ("intake.yaml", "", "not JSON"),
    ]


def test_a_file_that_cannot_be_opened_is_named(clinic, tmp_path, monkeypatch):
    path = save(tmp_path, "a.json", person("pa"))

    def refused(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert clinic.import_paths([path]).errors[0]["reason"] == "cannot be read: Permission denied"


def test_many_changes_are_written_before_they_fill_the_memory(clinic, tmp_path, monkeypatch):
    monkeypatch.setattr("sync.server.importing.PATIENCE", 100)
    clinic.import_paths([save(tmp_path, "a.json", person("pa"), lab("x"), lab("y"))])
    again = save(tmp_path, "a.json", person("pa"), lab("x", status="final"), lab("y", status="final"))
    assert clinic.import_paths([again]).changed == 2


def test_a_demo_without_its_files_says_which(clinic, tmp_path):
    clinic.migrate()
    with pytest.raises(NoDemo, match=r"clinic\.json is missing"):
        seed(clinic, tmp_path)


def test_odd_characters_go_in(clinic, tmp_path):
    odd = person("pa", "Núñez \u0000 <b>Ö</b> 😀")
    clinic.import_paths([save(tmp_path, "a.json", odd, lab("x", note=[{"text": "a\u0000b\ud800"}]))])
    assert clinic.patients()[0]["name"].startswith("Ann Núñez")


def test_more_than_a_batch_goes_in_whole(clinic, tmp_path):
    many = [lab(f"o{n}") for n in range(4100)]
    report = clinic.import_paths([save(tmp_path, "a.json", person("pa"), *many)])
    assert report.added == 4102
    with clinic.database.unit("patient:pa") as unit:
        found = unit.connection.exec_driver_sql('SELECT min(seq), max(seq), count(*) FROM "row"').one()
    assert tuple(found) == (1, 4102, 4102)


def test_the_demo_clinic_is_seeded_once(clinic):
    first = clinic.seed()
    before = clinic.status()
    again = clinic.seed()
    articles = len(list((Path(__file__).parents[3] / "assets" / "lessons").glob("*.md")))
    assert (first["patients"], first["lessons"], first["visits"]) == (5, 2 * articles, 2)
    assert first["import"]["errors"] == []
    assert (again["import"]["added"], again["import"]["changed"]) == (0, 0)
    assert clinic.status() == before


def test_demo_visits_stay_where_they_are_until_they_are_over(sqlite_url, clock):
    clinic = Clinic(sqlite_url, clock=clock)
    scope = f"patient:{clinic.seed()['patient']}"

    def starts():
        rows = [row for row in kept(clinic, scope).values() if row.kind == "visit"]
        return sorted(Visit.read(row.id, row.body).starts_at for row in rows)

    first = starts()
    assert first[0].isoformat() == "2026-11-26T11:40:00-05:00"
    clock.pass_(days=1)
    clinic.seed()
    assert starts() == first
    clock.pass_(days=3)
    clinic.seed()
    assert len(starts()) == 2
    assert min(starts()) > clock()
    clinic.dispose()


def test_every_demo_file_is_credited():
    assets = Path(__file__).parents[3] / "assets"
    credits = (assets / "SOURCES.md").read_text()
    for path in [*assets.glob("demo/*/*"), *assets.glob("lessons/*")]:
        assert path.name in credits, path.name


@pytest.mark.shared
@pytest.mark.slow
def test_all_the_development_patients_go_in_and_again_without_a_change(clinic):
    clinic.migrate()
    first = clinic.import_paths([SHARED / "patients"])
    again = clinic.import_paths([SHARED / "patients"])
    assert first.errors == []
    assert first.resources == 73_908
    assert (again.added, again.changed) == (0, 0)


@pytest.mark.shared
def test_the_one_questionnaire_that_is_not_json_is_named(clinic):
    report = clinic.import_paths([SHARED / "questionnaires"])
    named = {Path(error["file"]).name for error in report.errors}
    assert named == {"SkipLogicExample.json", "gad-7.yaml", "phq2phq9.yaml", "pre-visit-intake.yaml"}
    assert len(kept(clinic, "content")) >= 30


@pytest.mark.shared
def test_a_bundle_inside_a_string_and_its_lines_are_the_same_person(clinic):
    report = clinic.import_paths([SHARED / "patients" / "phr-ig"])
    assert report.errors == []
    assert [one["id"] for one in clinic.patients()] == ["Example-McBee-Patient1"]
    assert clinic.import_paths([SHARED / "patients" / "phr-ig"]).changed == 0
