"""`evenkeel clinic pull` as a script calls it: options, a file of them, exit codes, a real interrupt, no secrets."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from exports import lab, person, records
from hospital import Desk, Hospital
from house import Clock
from test_commands import ROOT

from sync.server.cli import main
from sync.server.clinic import Clinic


def run(*arguments, **environment):
    kept = {"EVENKEEL_DB": None, "EVENKEEL_FHIR_KEY": None, **environment}
    return CliRunner(env=kept).invoke(
        main, [str(one) for one in ("pull", *arguments)], prog_name="evenkeel clinic"
    )


@pytest.fixture
def ward():
    made = Hospital(Desk(), size=2)
    made.put(person("pa"), *(lab(f"o{n}", "pa") for n in range(6)), ago=60)
    yield made
    made.close()


def keyed(ward, folder):
    path = folder / "clinic.json"
    path.write_text(json.dumps(ward.desk.key.as_dict(private=True)))
    path.chmod(0o600)
    return path


def test_a_pull_says_what_it_did_for_people_and_for_scripts(sqlite_url, hospital):
    hospital.put(lab("x", "pa"), ago=60)
    hospital.extra["Observation"] = [{"fullUrl": "urn:x"}]
    done = run("--db", sqlite_url, "--fhir", hospital.url, "--json")
    report = json.loads(done.stdout)
    assert done.exit_code == 0 and done.stderr == ""
    assert report["types"]["Observation"] == {
        "pulled": 1,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert set(report["errors"][0]) == {"search", "url", "where", "reason"}
    assert report["searches"]["Patient"]["done"] and report["searches"]["Patient"]["until"]
    hospital.extra["Observation"] = [{"fullUrl": "urn:x"}]
    again = run("--db", sqlite_url, "--fhir", hospital.url)
    assert again.exit_code == 0
    assert "Observation: 1 pages" in again.stderr and "entry 2: no resource in this entry" in again.stderr
    assert "0 new, 0 changed, 1 unchanged, 1 refused" in again.stdout


def test_a_file_holds_the_options_and_the_command_line_goes_before_it(tmp_path, sqlite_url, ward):
    keyed(ward, tmp_path)
    config = tmp_path / "pull.toml"
    lines = [
        f'fhir = "{ward.url}"',
        f'client-id = "{ward.desk.id}"',
        'key = "clinic.json"',
        'type = ["Observation"]',
    ]
    config.write_text("\n".join(lines))
    done = run("--db", sqlite_url, "--config", config, "--json")
    assert done.exit_code == 0, done.output
    assert set(json.loads(done.stdout)["types"]) == {"Patient", "Observation"}
    assert run("--db", sqlite_url, "--config", config, "--client-id", "nobody").exit_code == 1
    for wrong in ("colour = 1", "fhir = ", "count = 0", 'type = "no type"'):
        config.write_text("\n".join([*lines[:1], wrong]))
        assert run("--db", sqlite_url, "--config", config).exit_code == 2, wrong


def test_the_key_may_come_from_the_environment_and_nothing_tells_it(tmp_path, sqlite_url, ward):
    text = json.dumps(ward.desk.key.as_dict(private=True))
    named = {"EVENKEEL_FHIR": ward.url, "EVENKEEL_FHIR_CLIENT_ID": ward.desk.id, "EVENKEEL_DB": sqlite_url}
    ward.extra["Observation"] = [{"fullUrl": "urn:x"}]
    done = run("--type", "Observation", EVENKEEL_FHIR_KEY=text, **named)
    assert done.exit_code == 0, done.output
    secret = ward.desk.key.as_dict(private=True)["d"]
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    kept = "".join(one.read_bytes().decode("latin-1") for one in file.parent.glob(f"{file.name}*"))
    for said in (done.output, kept):
        assert secret not in said and not [one for one in ward.desk.given if one in said]


def test_a_key_that_others_can_read_is_warned_of(tmp_path, sqlite_url, ward):
    path = keyed(ward, tmp_path)
    path.chmod(0o644)
    done = run("--db", sqlite_url, "--fhir", ward.url, "--client-id", ward.desk.id, "--key", path)
    assert done.exit_code == 0 and "others on this computer can read" in done.stderr


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--fhir", "http://fhir.example/r4"), 1, "not encrypted"),
        (("--fhir", "nonsense"), 1, "not the address of a FHIR server"),
        (("--fhir", "http://127.0.0.1:9/fhir", "--allow", "http://a.example"), 1, "not encrypted"),
        (("--fhir", "http://127.0.0.1:9", "--client-id", "x"), 2, "both --client-id and --key"),
        (("--fhir", "http://127.0.0.1:9", "--patient", "../x"), 2, "not a name that FHIR knows"),
        (("--fhir", "http://127.0.0.1:9", "--type", "Observation?x"), 2, "not a name that FHIR knows"),
        ((), 2, "Missing option '--fhir'"),
    ],
)
def test_wrong_use_is_two_and_trouble_is_one_line_and_one(sqlite_url, more, code, words):
    done = run("--db", sqlite_url, *more)
    assert done.exit_code == code and words in done.stderr and "Traceback" not in done.stderr
    if code == 1:
        assert done.stderr.count("\n") == 1


def test_what_did_not_finish_says_one(sqlite_url, hospital):
    from hospital import Reply

    hospital.plan("/Observation?", Reply(403))
    done = run("--db", sqlite_url, "--fhir", hospital.url)
    assert done.exit_code == 1 and "Not finished: Observation" in done.stdout


def test_ctrl_c_keeps_what_came_and_the_next_pull_goes_on(tmp_path, sqlite_url):
    hospital = Hospital(size=1)
    hospital.put(person("pa"), *(lab(f"o{n}", "pa") for n in range(6)), ago=60)
    over = threading.Event()
    hospital.plan("page=", lambda _: None, lambda _: None, lambda _: over.wait(60) and None)
    command = [
        sys.executable,
        "-m",
        "sync.server",
        "pull",
        "--db",
        sqlite_url,
        "--fhir",
        hospital.url,
        "--json",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 40
    while hospital.plans and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    report = json.loads(out)
    assert report["interrupted"] and report["types"]["Observation"]["new"] == 3
    clinic = Clinic(sqlite_url, clock=Clock())
    assert records(clinic, "patient:pa") == {"pa", "o0", "o1", "o2"}
    clinic.dispose()
    again = json.loads(run("--db", sqlite_url, "--fhir", hospital.url, "--json").stdout)
    assert again["types"]["Observation"]["new"] == again["types"]["Observation"]["pulled"] == 3
    over.set()
    hospital.close()
