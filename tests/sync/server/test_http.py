"""The API as strangers meet it: hostile bytes, plain refusals, headers, and a log that keeps secrets."""

from __future__ import annotations

import asyncio
import json

import pytest
from house import House, Phone, draft, mood

from sync.protocol.version import OLDEST, PROTOCOL

PLANTED = ("Quetzal", "planted-note", "planted-label")


def test_health_says_who_answers(small_house):
    answer = small_house.call("GET", "/v1/health")
    assert (
        answer.json().items() >= {"ok": True, "service": "evenkeel", "v": PROTOCOL, "oldest": OLDEST}.items()
    )


@pytest.mark.parametrize("path", ["/v1/health", "/v1/sync", "/nowhere"])
def test_every_answer_carries_the_safety_headers(small_house, path):
    headers = small_house.call("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("method", "path", "status", "word"),
    [("GET", "/nowhere", 404, "not_found"), ("GET", "/v1/sync", 405, "not_allowed")],
)
def test_what_is_not_there_is_said_in_one_word(small_house, method, path, status, word):
    answer = small_house.call(method, path)
    assert (answer.status_code, answer.json()) == (status, {"error": word})


@pytest.mark.parametrize(
    ("headers", "status", "word"),
    [
        ({"content-encoding": "gzip"}, 415, "packed_body"),
        ({"content-length": str(9 << 20)}, 413, "too_big"),
        ({"content-length": "many"}, 413, "too_big"),
        ({"content-length": "2", "transfer-encoding": "chunked"}, 400, "bad_request"),
        ({"host": "clinic.test/v1/token?"}, 400, "bad_request"),
        ({"host": "user@clinic.test"}, 400, "bad_request"),
    ],
)
def test_bad_framing_is_refused_before_anything_is_read(small_house, headers, status, word):
    answer = small_house.call("POST", "/v1/sync", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()) == (status, {"error": word})


def stream(house, *messages, wait=0.0, each=0.0):
    """Send raw ASGI messages; returns the status and body of the answer."""
    sent = list(messages)
    got = []

    async def receive():
        if sent:
            await asyncio.sleep(each)
            return sent.pop(0)
        await asyncio.sleep(wait)
        return {"type": "http.disconnect"}

    async def send(message):
        got.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/sync", "raw_path": b"/v1/sync", "query_string": b"", "headers": [(b"host", b"clinic.test")],
        "server": ("clinic.test", 80), "client": ("1.2.3.4", 5), "root_path": "",
    }  # fmt: skip
    house.runner.run(house.app(scope, receive, send))
    return got[0]["status"], json.loads(got[1]["body"])


def test_a_body_that_grows_beyond_the_cap_is_cut_off(sqlite_url, clock):
    house = House(sqlite_url, clock, cap=1000)
    part = {"type": "http.request", "body": b"x" * 600, "more_body": True}
    assert stream(house, part, part) == (413, {"error": "too_big"})
    house.close()


def test_a_body_that_stalls_is_given_up(sqlite_url, clock):
    house = House(sqlite_url, clock, deadline=0.05)
    part = {"type": "http.request", "body": b"x", "more_body": True}
    assert stream(house, part, wait=5) == (408, {"error": "too_slow"})
    house.close()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe", b"null", b"[]", b'"x"', b'{"v":"planted-note"}', b'{"mutations":[{"mid":"planted-note"}]}',
        b'{"extra":1}', b"[" * 100_000, b'{"x":' + b"[" * 100_000, b'{"v":null}',
        b'{"v":2.5}', b'{"limit":0}', b'{"limit":999999999999}', b'{"cursors":{"a":1}}',
    ],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_refused_without_an_echo(small_house, body):
    phone = small_house.phone()
    proof = phone.proof("POST", "/v1/sync", phone.bearer, body)
    headers = {"dpop": proof, "authorization": f"DPoP {phone.bearer}"}
    answer = small_house.call("POST", "/v1/sync", content=body, headers=headers)
    assert (answer.status_code, answer.json()) == (422, {"error": "invalid"})


def test_a_body_that_is_cut_off_is_no_fault_of_ours(small_house):
    part = {"type": "http.request", "body": b"x", "more_body": True}
    assert stream(small_house, part) == (400, {"error": "cut_off"})


def test_a_stranger_may_send_little(small_house):
    stranger = Phone(small_house)
    for path in ("/v1/enrol", "/v1/token", "/v1/erased"):
        answer = small_house.call(
            "POST", path, content=b" " * 65_537, headers={"dpop": stranger.proof("POST", path)}
        )
        assert (answer.status_code, answer.json()) == (413, {"error": "too_big"})


def test_a_number_that_no_database_holds_is_refused(house):
    phone = house.phone()
    for much in (-1, 1 << 31, 1 << 63, 10**30):
        answer = phone.post({"mutations": [draft("d", "x", "m").model_dump() | {"version": much}]})
        assert (answer.status_code, answer.json()) == (422, {"error": "invalid"})


@pytest.mark.parametrize("id", ["a\0", "a b", "\ud800", "é", ""])
def test_an_id_that_no_device_has_is_refused(house, id):
    phone = house.phone()
    for path in ("/v1/devices/end", "/v1/devices/lost"):
        answer = phone.call(path, {"device": id}, phone.bearer)
        assert (answer.status_code, answer.json()) == (422, {"error": "invalid"})


def test_a_clinic_on_this_computer_believes_no_other_name(sqlite_url, clock):
    house = House(sqlite_url, clock, hosts=("127.0.0.1", "localhost"))
    phone = Phone(house)
    for host in ("clinic.test", "evil.test:80", "127.0.0.1.evil.test", "localhost.evil.test"):
        proof = phone.proof("POST", "/v1/token", htu=f"http://{host}/v1/token")
        answer = house.call("POST", "/v1/token", headers={"dpop": proof, "host": host})
        assert (answer.status_code, answer.json()) == (421, {"error": "wrong_host"})
    phone.nonce = answer.headers["dpop-nonce"]
    for host in ("127.0.0.1:8000", "LOCALHOST"):
        proof = phone.proof("POST", "/v1/token", htu=f"http://{host}/v1/token")
        answer = house.call("POST", "/v1/token", headers={"dpop": proof, "host": host})
        assert answer.json()["error"] == "unknown_device"
    house.close()


def test_too_many_mutations_in_one_exchange_are_refused(small_house):
    many = [mood(f"m{n}").model_dump() for n in range(501)]
    assert small_house.phone().post({"mutations": many}).status_code == 422


def test_the_document_describes_every_operation(small_house):
    document = small_house.call("GET", "/openapi.json").json()
    talk = {"/v1/health", "/v1/enrol", "/v1/token", "/v1/sync", "/v1/segment"}
    devices = {"/v1/devices", "/v1/devices/end", "/v1/devices/lost", "/v1/erased"}
    blobs = {"/v1/blobs/offer", "/v1/blobs/part", "/v1/blobs/fetch"}
    assert set(document["paths"]) == talk | devices | blobs
    assert "Exchange" in json.dumps(document["paths"]["/v1/sync"])
    assert small_house.call("GET", "/docs").status_code == 200


def test_the_log_has_ids_and_no_values(small_house):
    small_house.patient("pz", "Quetzal")
    code = small_house.clinic.invite("pz")[0]
    phone = Phone(small_house)
    phone.enrol(code, "planted-label")
    phone.sync(draft("d", "planted-note", "a", scope="patient:pz"))
    small_house.call("GET", "/v1/planted-note?planted-note=1")
    Phone(small_house).enrol("planted-note")
    log = "\n".join(small_house.log)
    assert phone.id in log
    assert '"route": "/v1/sync"' in log
    assert not any(word in log for word in (*PLANTED, code, phone.bearer))


def test_a_fault_of_our_own_is_logged_by_type_and_place_only(small_house, monkeypatch):
    def broken(*_):
        raise RuntimeError("planted-note")

    monkeypatch.setattr("sync.server.holding.answer", broken)
    answer = small_house.phone().post({})
    assert (answer.status_code, answer.json()) == (500, {"error": "unwell"})
    log = "\n".join(small_house.log)
    assert "RuntimeError" in log
    assert "planted-note" not in log


def test_a_database_that_is_gone_is_a_short_illness(small_house):
    phone = small_house.phone()
    with small_house.clinic.database.directory(write=True) as connection:
        connection.exec_driver_sql("ALTER TABLE token RENAME TO lost")
    answer = phone.post({})
    assert (answer.status_code, answer.json()) == (503, {"error": "unwell"})


@pytest.mark.parametrize("origin", ["https://clinic.example", "https://clinic.example/"])
def test_an_origin_that_was_configured_is_the_one_a_proof_must_name(sqlite_url, clock, origin):
    house = House(sqlite_url, clock, origin=origin)
    house.patient()
    phone = Phone(house)
    code = house.clinic.invite("pa")[0]
    assert phone.enrol(code).status_code == 401
    proof = phone.proof("POST", "/v1/token", htu="https://clinic.example/v1/token")
    answer = house.call("POST", "/v1/token", headers={"dpop": proof})
    assert answer.json()["error"] == "unknown_device"
    house.close()


def test_an_origin_may_come_from_the_environment(sqlite_url, clock, monkeypatch):
    monkeypatch.setenv("EVENKEEL_ORIGIN", "http://clinic.test/")
    house = House(sqlite_url, clock)
    house.patient()
    assert house.phone().sync().pages
    house.close()


def test_a_body_that_comes_slowly_and_steadily_is_heard_out(sqlite_url, clock):
    house = House(sqlite_url, clock, deadline=0.2)
    part = {"type": "http.request", "body": b" " * 2000, "more_body": True}
    said = [part] * 4 + [{"type": "http.request", "body": b"", "more_body": False}]
    assert stream(house, *said, each=0.1)[0] == 401
    house.close()
