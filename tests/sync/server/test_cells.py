"""Several cells behind one address: who is where, and a cell that is away troubles its own patients alone."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from house import Phone, mood, rows
from street import Street
from test_holding import SOON, held, nouns

from sync.protocol.signing import public_half
from sync.server.cells import Cells, cell_of
from sync.server.cli import main
from sync.server.clinic import Clinic
from sync.server.errors import Unreachable
from sync.server.front import Front
from sync.server.patience import REST, Patience

ROOT = Path(__file__).parents[3]
AWAY = "postgresql://evenkeel_api@127.0.0.1:1/x"


def test_one_more_cell_takes_its_share_and_nobody_else_moves():
    names, scopes = ["a", "b", "c"], [f"patient:{number}" for number in range(3000)]
    before = {scope: cell_of(scope, names) for scope in scopes}
    after = {scope: cell_of(scope, ["d", *reversed(names)]) for scope in scopes}
    moved = [scope for scope in scopes if before[scope] != after[scope]]
    assert {after[scope] for scope in moved} == {"d"}
    assert 600 < len(moved) < 900
    assert all(850 < count < 1150 for count in Counter(before.values()).values())


def test_who_waits_for_a_dead_database_lets_one_ask():
    now = [0.0]
    patience = Patience(lambda: now[0])
    assert patience.allows() and patience.allows()
    patience.failed()
    assert not patience.allows()
    now[0] = REST
    assert patience.allows() and not patience.allows()
    patience.worked()
    assert patience.allows() and patience.allows()


@pytest.fixture
def street(tmp_path, sqlite_template, clock):
    """Two cells of SQLite, with a patient in each."""
    clinics = {}
    for name in ("one", "two"):
        shutil.copy(sqlite_template, tmp_path / f"{name}.db")
        clinics[name] = Clinic(f"sqlite:///{tmp_path / name}.db", clock=clock, fast=True)
    street = Street(clinics, clock)
    street.patient("pa", "one")
    street.patient("pb", "two")
    yield street
    street.close()


def test_each_device_finds_its_own_cell_and_sees_its_own_patient(street):
    for id in ("pa", "pb"):
        phone = street.phone(id)
        assert phone.sync(mood(f"m-{id}", scope=f"patient:{id}")).verdicts[0].status == "ok"
        assert {page.scope for page in phone.sync().pages} == {f"patient:{id}", "content"}
    street.open()
    assert f"m-{id}" in rows(phone.sync(cursors={}), f"patient:{id}")
    assert street.call("GET", "/v1/health").json()["ok"]


def test_a_patient_is_where_the_cells_say_and_only_a_new_one_where_the_hash_says(street):
    cells = Cells(street.clinics)
    assert [cells.of_patient(id) for id in ("pa", "pb")] == ["one", "two"]
    assert cells.of_patient("new") == cell_of("patient:new", ["two", "one"])
    given = [f"--cell={name}={clinic.database.shown}" for name, clinic in street.clinics.items()]
    said = CliRunner().invoke(main, ["cell", "pa", "pb", *given])
    assert said.output == "pa one\npb two\n"
    for wrong in (["--cell=one"], given[:1] * 2, []):
        assert CliRunner().invoke(main, ["cell", "pa", *wrong]).exit_code == 2


def test_who_waits_at_the_front_hears_the_news_of_its_own_cell(street):
    phone, other = street.phone("pa"), street.phone("pb")
    phone.sync(), other.sync()
    holds = [clinic.database.hints for clinic in street.clinics.values()]

    async def story():
        waiting = [held(street, one) for one in (phone, other)]
        async with asyncio.timeout(SOON):
            while [one.holds for one in holds] != [1, 1]:
                await asyncio.sleep(0.005)
            await asyncio.to_thread(street.clinics["one"].put, "patient:pa", *nouns("n1"))
            heard = await waiting[0]
            assert not waiting[1].done()
            street.front.release()
            return heard, await waiting[1]

    heard, released = street.runner.run(story())
    assert "n1" in heard.text and not any(page["rows"] for page in released.json()["pages"])


def test_one_key_is_of_one_cell(street):
    phone = street.phone("pa")
    answer = phone.enrol(street.code("pb"))
    assert (answer.status_code, answer.json()) == (421, {"error": "elsewhere"})
    assert phone.enrol(street.code("pa")).status_code == 200


def test_a_stranger_hears_which_clinic_this_is(street):
    answer = Phone(street).call("/v1/token")
    assert (answer.status_code, answer.json()["error"]) == (401, "unknown_device")
    assert answer.json()["wipe_key"] == public_half(street.clinics["one"].keys().orders)


def test_an_enrolment_that_stalls_is_given_up_before_any_cell_is_asked(street):
    street.front = Front(street.clinics, log=street.log.append, deadline=0.05)
    sent = []

    async def never():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    called = {"type": "http", "path": "/v1/enrol", "method": "POST", "headers": []}
    street.runner.run(street.front(called, never, send))
    assert sent[0]["status"] == 408 and sent[1]["body"] == b'{"error":"too_slow"}'


@pytest.mark.parametrize("body", [b"", b"[]", b'{"code":7}', b'{"code":"\\u0000"}', b"x" * 9000, b"[" * 3000])
def test_nonsense_is_the_cells_to_refuse(street, body):
    for proof in ("", "a.b.c", "x" * 5000):
        for path in ("/v1/enrol", "/v1/sync", "/nowhere"):
            answer = street.call("POST", path, content=body, headers={"dpop": proof})
            assert answer.status_code in (401, 404, 422), (path, answer.text)


def test_a_cell_that_is_away_when_a_node_starts_troubles_nobody_else(street, clock):
    phone = street.phone("pa")
    street.clinics["gone"] = Clinic(AWAY, clock=clock, fast=True)
    street.open()
    assert phone.sync().pages
    assert street.phone("pb").sync().pages
    unwell = (503, {"error": "unwell"})
    for answer in (Phone(street).call("/v1/token"), Phone(street).enrol("AAAA-AAAA-AAAA-AAAAA")):
        assert (answer.status_code, answer.json()) == unwell
        assert answer.headers["x-content-type-options"] == "nosniff" and '"status": 503' in street.log[-1]
    with pytest.raises(Unreachable):
        Cells(street.clinics).of_patient("nobody")


def test_cells_are_served_by_name(street, monkeypatch):
    served = []
    monkeypatch.setattr("sync.server.serving.serve_cells", lambda *how: served.append(how))
    given = ["--cell=one=sqlite:///1.db", "--cell=two=sqlite:///2.db"]
    assert CliRunner().invoke(main, ["serve", "--port", "1", *given]).exit_code == 0
    assert served == [({"one": "sqlite:///1.db", "two": "sqlite:///2.db"}, "127.0.0.1", 1, None, "auto")]


@pytest.mark.slow
def test_one_process_answers_for_both_cells_on_a_port(street):
    port = free_port()
    given = [f"--cell={name}={clinic.database.shown}" for name, clinic in street.clinics.items()]
    command = [sys.executable, "-m", "sync.server", "serve", "--port", str(port), *given]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for _ in range(300):
                with contextlib.suppress(httpx.TransportError):
                    if client.get("/v1/health").json()["ok"]:
                        break
                time.sleep(0.1)
            answer = client.post("/v1/enrol", json={"code": "AAAA-AAAA", "label": "x"})
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_dpop_proof")
    finally:
        process.terminate()
    assert process.wait(20) == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
