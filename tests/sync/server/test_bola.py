"""Whoever asks without right gets the named refusal, sees nothing and changes nothing: every operation, both databases.

The operations come from the API's own document. A new one is held against every forgery the day it appears, and asked
for what is another patient's; where what it asks for is new too, it fails here until REACH says how that is done.
"""

from __future__ import annotations

import hashlib
import json

import pytest
from forge import NO_TOKEN, PROOFS, TOKENS, Call
from house import Phone, mood, remembered
from twins import FILE, digest, leaks, operations, segments, twins

from sync.protocol.attachments import Blob, Head, Part

OPEN = {"GET /v1/health"}
B, DOC = "patient:pb", "canary-doc"


def sync_reaches(a, b):
    """Everything A might say in an exchange to get at B."""
    yield {"cursors": {B: None}}
    yield {
        "v": 2,
        "limit": 1,
        "cursors": {"patient:pa": a.cursors["patient:pa"], B: None},
        "confirm": [B, "*"],
    }
    yield {"cursors": {B: b.cursors[B]}}
    yield {"cursors": {"patient:pa": b.cursors[B], "content": b.cursors[B]}}
    for more in (
        {"mid": "x"},
        {"mid": "canary-mid"},
        {"mid": "y", "op": "delete"},
        {"mid": "z", "op": "delete", "kind": "canary-kind", "id": "canary-doc2"},
    ):
        yield {"mutations": [mood(**({"id": DOC, "scope": B} | more)).model_dump()]}
    for scope in ("clinic", "content", "patient:pb\0", "PATIENT:PB", "patient:pb ", "patient:%", "*"):
        yield {"cursors": {scope: None}, "mutations": [mood(DOC, mid=f"m{scope}", scope=scope).model_dump()]}


BLOB = Blob(scope=B, hash=hashlib.sha256(FILE).hexdigest(), size=len(FILE))
OTHER = BLOB.model_copy(update={"hash": "0" * 64})
REACH = {
    "POST /v1/enrol": lambda a, b: [{"code": "ABCD-EFGH-JKMN-PQRST", "label": b.id}],
    "POST /v1/token": lambda a, b: [{}, {"device": b.id}],
    "POST /v1/sync": sync_reaches,
    "POST /v1/segment": lambda a, b: [{"hash": name} for name in (*segments(b, B), "0" * 64)],
    "POST /v1/blobs/offer": lambda a, b: [{"blobs": [BLOB.model_dump(), OTHER.model_dump()]}],
    "POST /v1/blobs/part": lambda a, b: [Part(Head(blob=one, n=0), FILE).said() for one in (BLOB, OTHER)],
    "POST /v1/blobs/fetch": lambda a, b: [
        {"scope": scope, "hash": BLOB.hash, "n": 0} for scope in (B, "patient:pa", "content", "*")
    ],
    "POST /v1/devices": lambda a, b: [{}, {"device": b.id}, {"scope": B}],
    "POST /v1/devices/end": lambda a, b: [{"device": b.id}, {"device": B}, {"device": "pb"}],
    "POST /v1/devices/lost": lambda a, b: [{"device": b.id}, {"device": B}],
    "POST /v1/erased": lambda a, b: [{"order": "x" * 24}, {"order": b.id}],
}
GOOD = {
    "POST /v1/enrol": lambda house, a: {"code": house.clinic.invite("pa")[0], "label": "again"},
    "POST /v1/devices/end": lambda house, a: {"device": house.phone("pa").id},
    "POST /v1/devices/lost": lambda house, a: {"device": house.phone("pa").id},
}


def by_schema(house, one, b):
    """For an operation that REACH does not know: everything it asks for, filled with what is B's."""
    known = {"device": b.id, "scope": B, "id": DOC, "mid": "canary-mid", "order": "x" * 24}
    known |= {"hash": hashlib.sha256(b"canary-note").hexdigest(), "size": 11, "at": 0, "offset": 0}
    missing = [name for name in one.fields if name not in known]
    assert not missing, f"say in REACH how another patient might use {one.name}: {missing}"
    yield {name: known[name] for name in one.fields}


@pytest.fixture
def two(house):
    return twins(house)


def send(house, call, headers):
    raw = [(name, value.encode("latin-1")) for name, value in headers]
    return house.call(call.method, call.path, content=call.body, headers=raw)


def calls(house, a, b):
    """A request for each signed operation; for an enrolment one with a code that works."""
    code = json.dumps({"code": house.clinic.invite("pa")[0], "label": "x"}).encode()
    for one in operations(house):
        if one.signed:
            body = code if one.path == "/v1/enrol" else b"{}"
            yield one, Call(a, b, one.method, one.address, body, one.token)


def said(answer):
    return answer.status_code, answer.json().get("error")


def test_every_operation_is_signed_but_those_that_everybody_may_ask(house, two):
    assert {one.name for one in operations(house) if not one.signed} == OPEN


def test_every_forged_or_stolen_proof_is_refused_by_name_and_changes_nothing(house, two):
    a, b = two
    every = list(calls(house, a, b))
    before, wrong, answers = digest(house), [], []
    for one, call in every:
        for name, (refusal, forge) in {**PROOFS, **(TOKENS if one.token else {})}.items():
            answer = send(house, call, forge(call))
            answers.append(answer)
            unproven = name == "no proof" and one.token
            if said(answer) != (NO_TOKEN if unproven else refusal):
                wrong.append((one.name, name, said(answer)))
    assert not wrong
    assert all(answer.headers["dpop-nonce"] for answer in answers if answer.status_code == 401)
    assert len(answers) > 300 and not leaks(house, *answers)
    assert digest(house) == before


def test_a_proof_is_good_once(house, two):
    a, b = two
    for one, call in calls(house, a, b):
        body = json.dumps(GOOD.get(one.name, lambda *_: {})(house, a)).encode()
        call = Call(a, b, one.method, one.address, body, one.token)
        headers = call.headers(call.proof())
        first = send(house, call, headers)
        before = digest(house, but=("code",))
        again = send(house, call, headers)
        assert first.status_code not in (401, 403, 500), one.name
        assert said(again) == (401, "replayed") and not leaks(house, again), one.name
        assert digest(house, but=("code",)) == before


def test_an_old_token_and_an_ended_device_are_refused_by_name(house, two):
    a, b = two
    house.clock.pass_(minutes=10, seconds=1)
    a.nonce = b.nonce = Phone(house).call("/v1/sync").headers["dpop-nonce"]
    every = list(calls(house, a, b))
    before = digest(house)
    for one, call in every:
        if one.token:
            assert said(send(house, call, call.headers(call.proof()))) == NO_TOKEN, one.name
    assert digest(house) == before
    house.clinic.revoke(a.id)
    code = house.clinic.invite("pa")[0]
    before = digest(house, but=("code",))
    for one, call in calls(house, a, b):
        body = (
            json.dumps({"code": code, "label": "x"}).encode() if one.path == "/v1/enrol" else b'{"order":"x"}'
        )
        call = Call(a, b, one.method, one.address, body, one.token)
        answer = send(house, call, call.headers(call.proof()))
        expected = (403, "no_order") if one.path == "/v1/erased" else (401, "device_revoked")
        assert said(answer) == expected and not leaks(house, answer), one.name
    assert digest(house, but=("code",)) == before


def test_a_stranger_with_a_key_of_its_own_is_nobody(house, two):
    _, b = two
    stranger = Phone(house)
    stranger.nonce, stranger.bearer = b.nonce, b.bearer
    known = remembered(house)
    before = digest(house, but=("code",))
    for one, call in calls(house, stranger, b):
        body = b'{"code":"ABCD-EFGH-JKMN-PQRST","label":"x"}' if one.path == "/v1/enrol" else b'{"order":"x"}'
        call = Call(stranger, b, one.method, one.address, body, one.token)
        expected = {"/v1/enrol": (403, "bad_code")}.get(one.path, (401, "unknown_device"))
        answer = send(house, call, call.headers(call.proof()))
        assert said(answer) == (NO_TOKEN if one.token else expected), one.name
    assert digest(house, but=("code",)) == before
    assert remembered(house) == known


def test_another_patient_reaches_nothing_through_any_operation(house, two):
    a, b = two
    kept = ("token", "device.seen_ms")
    before = digest(house, but=kept)
    known = [one for one in operations(house) if one.signed]
    assert {one.name for one in known} == REACH.keys(), (
        "say here how another patient might use the new operation"
    )
    for one in known:
        for body in REACH[one.name](a, b):
            answer = a.call(one.address, body, a.bearer if one.token else None)
            assert answer.status_code < 500 and not leaks(house, answer), (one.name, body)
            assert b.id not in answer.text, (one.name, body)
    assert {page["scope"] for page in a.post({}).json()["pages"]} == {"patient:pa", "content"}
    assert digest(house, but=kept) == before
