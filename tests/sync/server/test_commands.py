"""The commands as a script calls them: forms, exit codes, one-line errors, and a server that starts and stops."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from house import House

from sync.server.cli import main
from sync.server.clinic import Clinic
from sync.server.schema import newest

ROOT = Path(__file__).parents[3]
PAULA = "f82f5556-260e-4ddd-83a0-9a93e0139732"


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments], prog_name="evenkeel clinic")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('seeded') / 'c.db'}"
    assert run("seed", "--db", url).exit_code == 0
    return url


def test_import_reports_as_json_and_says_zero(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    demo = ROOT / "assets/demo"
    url = f"sqlite:///{tmp_path / 'c.db'}"
    for added in (1, 0):
        done = run("import", demo / "patients", demo / "labs", bad, "--db", url, "--json")
        report = json.loads(done.stdout)
        assert done.exit_code == 0
        assert set(report) == {
            "files",
            "resources",
            "added",
            "changed",
            "unchanged",
            "held",
            "errors",
            "seconds",
        }
        assert (report["files"], bool(report["added"]), len(report["errors"])) == (7, bool(added), 1)
        assert set(report["errors"][0]) == {"file", "where", "reason"}


def test_import_of_nothing_useful_says_one(tmp_path):
    (tmp_path / "x.yaml").write_text("a: b")
    done = run("import", tmp_path / "x.yaml", "--db", f"sqlite:///{tmp_path / 'c.db'}")
    assert done.exit_code == 1
    assert "x.yaml: not JSON" in done.stderr


def test_patients_are_listed_for_people_and_for_scripts(seeded):
    listed = json.loads(run("patients", "--db", seeded, "--json").stdout)
    paula = next(one for one in listed if one["id"] == PAULA)
    assert (set(paula), paula["name"]) == ({"id", "name", "records"}, "Paula Kuvalis")
    assert f"{PAULA} " in run("patients", "--db", seeded).stdout


def test_an_invitation_has_a_code_and_an_expiry_and_for_people_a_picture(seeded):
    made = json.loads(run("invite", "--db", seeded, "--patient", PAULA, "--json").stdout)
    assert set(made) == {"code", "expires"}
    assert [len(part) for part in made["code"].split("-")] == [4, 4, 4, 5]
    shown = run("invite", "--db", seeded, "--patient", PAULA).stdout
    assert "Code:" in shown
    assert "█" in shown


def test_status_says_how_the_database_is(seeded):
    found = json.loads(run("status", "--db", seeded, "--json").stdout)
    assert found.items() >= {"schema": newest(), "patients": 5, "devices": 0, "last_sync_at": None}.items()
    assert found["documents"] > 1200
    assert "documents" in run("status", "--db", seeded).stdout


def test_devices_and_revoke(seeded):
    assert json.loads(run("devices", "--db", seeded, "--patient", PAULA, "--json").stdout) == []
    assert run("devices", "--db", seeded, "--patient", PAULA).exit_code == 0
    assert "no device with the id x" in run("revoke", "--db", seeded, "--device", "x").stderr
    assert "epoch" in run("restored", "--db", seeded).stdout


def test_a_device_is_listed_and_ended_by_its_id(sqlite_url, clock):
    house = House(sqlite_url, clock)
    house.patient()
    phone = house.phone()
    assert f"{phone.id}  2026-11-23" in run("devices", "--db", sqlite_url, "--patient", "pa").stdout
    assert phone.id in run("revoke", "--db", sqlite_url, "--device", phone.id).stdout
    assert "ended" in run("devices", "--db", sqlite_url, "--patient", "pa").stdout
    assert "no patient" in run("devices", "--db", sqlite_url, "--patient", "nobody").stderr
    house.close()


def test_the_database_may_come_from_the_environment(seeded, monkeypatch):
    monkeypatch.setenv("EVENKEEL_DB", seeded)
    assert run("patients").exit_code == 0


@pytest.mark.parametrize("command", ["patients", "status", "import", "invite", "serve", "nonsense"])
def test_wrong_use_is_two(command, monkeypatch):
    monkeypatch.delenv("EVENKEEL_DB", raising=False)
    assert run(command).exit_code == 2


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "clinic.example"])
def test_serving_others_needs_an_origin(tmp_path, host, monkeypatch):
    monkeypatch.delenv("EVENKEEL_ORIGIN", raising=False)
    serve = ("serve", "--db", f"sqlite:///{tmp_path / 'c.db'}", "--port", "1", "--host", host)
    done = run(*serve)
    assert done.exit_code == 2
    assert "EVENKEEL_ORIGIN" in done.stderr
    assert run(*serve, "--origin", "clinic.example").exit_code == 2
    assert not (tmp_path / "c.db").exists()


def test_ending_access_does_not_promise_a_wipe(seeded):
    assert run("revoke", "--db", seeded, "--device", "x", "--wipe").exit_code == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_serving_this_computer_needs_no_origin(host, monkeypatch):
    served = []
    monkeypatch.delenv("EVENKEEL_ORIGIN", raising=False)
    monkeypatch.setattr("sync.server.serving.serve", lambda *how: served.append(how))
    assert run("serve", "--db", "sqlite:///c.db", "--port", "1", "--host", host).exit_code == 0
    assert served == [("sqlite:///c.db", host, 1, None, "auto")]


def trouble(tmp_path):
    (tmp_path / "text.db").write_text("not a database " * 100)
    clinic = Clinic(f"sqlite:///{tmp_path / 'future.db'}")
    clinic.migrate()
    with clinic.database.directory(write=True) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    clinic.dispose()
    yield f"sqlite:///{tmp_path}/none.db", ("patients",), "no database"
    yield f"sqlite:///{tmp_path}/future.db", ("patients",), "newer Evenkeel"
    yield f"sqlite:///{tmp_path}/no/such/folder.db", ("seed",), "cannot be written"
    yield f"sqlite:///{tmp_path}/text.db", ("patients",), "did not do"
    yield "postgresql://nobody:hunter2@127.0.0.1:1/x", ("patients",), "cannot be reached"
    yield "mysql://x/y", ("patients",), "not a database address"
    yield "nonsense", ("patients",), "not a database address"
    yield f"sqlite:///{tmp_path}/future.db", ("serve", "--port", "1"), "newer Evenkeel"


def test_trouble_is_one_line_and_one(tmp_path):
    for url, command, words in trouble(tmp_path):
        done = run(*command, "--db", url)
        assert done.exit_code == 1, (url, done.output)
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
        assert "hunter2" not in done.stderr


def test_an_unknown_patient_is_named_by_id_only(seeded):
    done = run("invite", "--db", seeded, "--patient", "nobody", "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no patient with the id nobody" in done.stderr


def test_a_code_of_the_operator_is_never_stored_in_the_clear(seeded):
    code = json.loads(run("invite", "--db", seeded, "--patient", PAULA, "--json").stdout)["code"]
    engine = sa.create_engine(seeded)
    with engine.connect() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM code").all())
    engine.dispose()
    assert code.replace("-", "")[4:] not in stored
    assert "$argon2id$" in stored


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(url, port):
    command = [sys.executable, "-m", "sync.server", "serve", "--db", url, "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, env={**os.environ})
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/v1/health", trust_env=False).status_code == 200:
                    break
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_starts_answers_and_stops_when_told(tmp_path, number):
    port = free_port()
    with served(f"sqlite:///{tmp_path / 'c.db'}", port) as process, httpx.Client(trust_env=False) as client:
        assert client.get(f"http://127.0.0.1:{port}/v1/health").json()["ok"]
        second = run("serve", "--db", f"sqlite:///{tmp_path / 'c.db'}", "--port", port)
        assert (second.exit_code, "in use" in second.stderr) == (1, True)
        process.send_signal(number)
        assert process.wait(8) == 0


@pytest.mark.slow
def test_a_header_that_never_ends_is_cut_off(tmp_path):
    port = free_port()
    with (
        served(f"sqlite:///{tmp_path / 'c.db'}", port),
        socket.create_connection(("127.0.0.1", port)) as line,
    ):
        line.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nx: ")
        line.settimeout(9)
        while line.recv(1000):
            pass
