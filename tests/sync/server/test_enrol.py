"""How a device comes in, and who is kept out."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from house import ORIGIN, Phone, rows
from joserfc import jwt

from sync.server.denials import Deny
from sync.server.keys import b64
from sync.server.proof import Asked


def error(answer):
    return answer.status_code, answer.json()["error"]


def test_a_code_makes_a_device_that_may_read_its_patient_and_the_library(house):
    phone = Phone(house)
    code, expires = house.clinic.invite("pa")
    answer = phone.enrol(code, "Paula's phone")
    assert answer.json()["scopes"] == ["patient:pa", "content"]
    assert answer.json().keys() == {"device", "scopes", "wipe_key"}
    assert (expires - house.clock()).days == 7
    assert "Paula's phone" in rows(phone.sync())[phone.id].body


def test_a_code_may_be_typed_carelessly(small_house):
    code = small_house.clinic.invite("pa")[0]
    sloppy = " " + code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert Phone(small_house).enrol(sloppy).status_code == 200


def test_a_code_works_once(house):
    code = house.clinic.invite("pa")[0]
    assert Phone(house).enrol(code).status_code == 200
    assert error(Phone(house).enrol(code)) == (403, "bad_code")


def test_a_lost_answer_is_given_again_to_the_same_key_and_to_nobody_else(house):
    code = house.clinic.invite("pa")[0]
    phone = Phone(house)
    first, again = phone.enrol(code), phone.enrol(code, "another label")
    assert (again.status_code, again.json()) == (200, first.json())
    assert [one["label"] for one in house.clinic.devices("pa")] == ["phone"]
    assert error(phone.enrol(code[:5] + "0000-0000-00000")) == (403, "bad_code")
    assert error(Phone(house).enrol(code)) == (403, "bad_code")
    house.clock.pass_(days=8)
    assert error(phone.enrol(code)) == (403, "bad_code")


def test_a_code_used_again_brings_back_nothing_that_was_ended(house):
    code = house.clinic.invite("pa")[0]
    phone = Phone(house)
    phone.enrol(code)
    with house.clinic.database.directory(write=True) as connection:
        connection.exec_driver_sql("DELETE FROM access WHERE scope = 'patient:pa'")
    phone.enrol(code)
    assert [page.scope for page in phone.sync().pages] == ["content"]
    house.clinic.revoke(phone.id)
    assert error(phone.enrol(code)) == (401, "device_revoked")


@pytest.mark.parametrize("path", ["/v1/enrol", "/v1/token", "/v1/sync"])
def test_a_proof_is_good_for_one_body_on_every_route(small_house, path):
    phone = small_house.phone()
    code = small_house.clinic.invite("pa")[0]
    mine = json.dumps({"code": "x", "label": "phone"} if path == "/v1/enrol" else {}).encode()
    other = json.dumps({"code": code, "label": "phone"} if path == "/v1/enrol" else {"v": 1}).encode()
    token = phone.bearer if path == "/v1/sync" else None
    headers = {"dpop": phone.proof("POST", path, token, mine), "authorization": f"DPoP {phone.bearer}"}
    answer = small_house.call("POST", path, content=other, headers=headers)
    assert error(answer) == (401, "invalid_dpop_proof")


def test_wrong_unknown_and_expired_codes_look_the_same(small_house):
    code = small_house.clinic.invite("pa")[0]
    answers = [Phone(small_house).enrol(code[:5] + "0000-0000-00000"), Phone(small_house).enrol("ZZZZ-Z")]
    small_house.clock.pass_(days=8)
    answers.append(Phone(small_house).enrol(code))
    assert {(a.status_code, a.content) for a in answers} == {(403, b'{"error":"bad_code"}')}


def test_ten_wrong_tries_spend_a_code(small_house):
    code = small_house.clinic.invite("pa")[0]
    for _ in range(10):
        Phone(small_house).enrol(code[:5] + "0000-0000-00000")
    assert error(Phone(small_house).enrol(code)) == (403, "bad_code")


@pytest.mark.parametrize("code", ["", "\x00", "é" * 20, "-", "A" * 81, "'; drop table code"])
def test_odd_codes_are_refused_politely(house, code):
    assert Phone(house).enrol(code).status_code in (403, 422)


def test_of_sixteen_phones_with_one_code_exactly_one_gets_in(house):
    gate = house.clinic.gate()
    code = house.clinic.invite("pa")[0]
    phones = [Phone(house) for _ in range(16)]

    def race(phone):
        phone.nonce = gate.proofs.nonce()
        proof = phone.proof("POST", "/v1/enrol")
        try:
            return gate.enrol(code, "phone", Asked("POST", ORIGIN + "/v1/enrol", proof))
        except Deny as no:
            assert no.error == "bad_code"
            return None

    with ThreadPoolExecutor(16) as pool:
        won = [made for made in pool.map(race, phones) if made]
    assert len(won) == 1
    assert len(house.clinic.devices("pa")) == 1


class Slow:
    """A hasher as slow as a test wants it."""

    def __init__(self, gate):
        self.gate = gate

    def hash(self, said):
        return said

    def verify(self, *_):
        self.gate.wait(10)
        return False


def test_a_flood_of_guesses_is_turned_away_and_keeps_nobody_from_syncing(small_house, monkeypatch):
    phone, gate = small_house.phone(), threading.Event()
    monkeypatch.setattr("sync.server.reception.PATIENCE", 0.05)
    small_house.clinic.codes.hasher = Slow(gate)
    strangers = [Phone(small_house) for _ in range(60)]
    for one in strangers:
        one.nonce = phone.nonce

    async def flood():
        guesses = [asyncio.ensure_future(guess(one)) for one in strangers]
        async with asyncio.timeout(10):
            while sum(one.done() for one in guesses) < 40:
                await asyncio.sleep(0.01)
        gate.set()
        return await asyncio.gather(*guesses)

    async def guess(one):
        body = b'{"code":"ABCD-1234","label":"x"}'
        headers = {"dpop": one.proof("POST", "/v1/enrol", body=body)}
        return await small_house.client.post("/v1/enrol", content=body, headers=headers)

    answers = small_house.runner.run(flood())
    busy = [answer for answer in answers if answer.status_code == 429]
    assert len(busy) >= 40 and busy[0].json() == {"error": "busy"} and busy[0].headers["retry-after"]
    assert phone.sync().pages


def test_a_known_phone_adds_a_second_person(house):
    house.patient("pb", "Baker")
    phone = house.phone()
    first = phone.id
    phone.enrol(house.clinic.invite("pb")[0])
    assert phone.id == first
    assert {page.scope for page in phone.sync().pages} == {"patient:pa", "patient:pb", "content"}


def test_a_tablet_that_believes_it_is_1970_still_enrols(small_house):
    assert small_house.phone().sync().pages  # every proof here says iat=1: the server's nonce decides


def test_a_stolen_token_is_useless_without_the_key(house):
    phone, thief = house.phone(), Phone(house)
    thief.bearer = phone.bearer
    assert error(thief.post({})) == (401, "invalid_token")


def test_a_token_dies_after_ten_minutes(small_house):
    phone = small_house.phone()
    small_house.clock.pass_(minutes=10, seconds=1)
    assert error(phone.post({})) == (401, "invalid_token")
    phone.bearer = phone.call("/v1/token").json()["token"]
    assert phone.post({}).status_code == 200


def test_a_proof_is_good_for_one_request(small_house):
    phone = small_house.phone()
    proof = phone.proof("POST", "/v1/sync", phone.bearer, b"{}")
    headers = {"dpop": proof, "authorization": f"DPoP {phone.bearer}"}
    first = small_house.call("POST", "/v1/sync", content=b"{}", headers=headers)
    second = small_house.call("POST", "/v1/sync", content=b"{}", headers=headers)
    assert (first.status_code, error(second)) == (200, (401, "replayed"))


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"htu": ORIGIN + "/v1/token"}, "invalid_dpop_proof"),
        ({"htu": "http://elsewhere/v1/sync"}, "invalid_dpop_proof"),
        ({"htm": "GET"}, "invalid_dpop_proof"),
        ({"nonce": "old"}, "use_dpop_nonce"),
        ({"nonce": None}, "use_dpop_nonce"),
        ({"nonce": "\ud800"}, "use_dpop_nonce"),
        ({"ath": "wrong"}, "invalid_dpop_proof"),
        ({"bh": None}, "invalid_dpop_proof"),
        ({"bh": b64(hashlib.sha256(b"[]").digest())}, "invalid_dpop_proof"),
        ({"jti": "short"}, "invalid_dpop_proof"),
        ({"jti": 7}, "invalid_dpop_proof"),
    ],
)
def test_a_proof_for_something_else_is_refused(small_house, over, word):
    phone = small_house.phone()
    headers = {
        "dpop": phone.proof("POST", "/v1/sync", phone.bearer, b"{}", **over),
        "authorization": f"DPoP {phone.bearer}",
    }
    answer = small_house.call("POST", "/v1/sync", content=b"{}", headers=headers)
    assert error(answer) == (401, word)
    assert answer.headers["dpop-nonce"]


def test_a_proof_with_a_private_key_or_a_foreign_algorithm_is_refused(small_house):
    phone = Phone(small_house)
    head = {"typ": "dpop+jwt", "alg": "Ed25519", "jwk": phone.key.as_dict(private=True)}
    told = jwt.encode(head, {"jti": "12345678"}, phone.key, algorithms=["Ed25519"])
    foreign = b64(b'{"typ":"dpop+jwt","alg":"RS256","jwk":{"kty":"OKP","crv":"Ed25519","x":"AA"}}') + ".e.s"
    for raw in (told, foreign):
        answer = small_house.call("POST", "/v1/token", headers={"dpop": raw})
        assert error(answer) == (401, "invalid_dpop_proof")


def test_a_proof_without_a_token_opens_nothing(small_house):
    answer = small_house.call(
        "POST", "/v1/sync", content=b"{}", headers={"dpop": Phone(small_house).proof("POST", "/v1/sync")}
    )
    assert error(answer) == (401, "invalid_token")


NONE = (
    b64(b'{"typ":"dpop+jwt","alg":"none","jwk":{"kty":"OKP","crv":"Ed25519","x":"AA"}}')
    + "."
    + b64(b"{}")
    + "."
)


@pytest.mark.parametrize("raw", [NONE, "a.b.c", "x" * 9000, b64(b"[]") + ".e.s", b64(b'{"jwk":1}') + ".e.s"])
def test_garbage_is_no_proof(small_house, raw):
    answer = small_house.call("POST", "/v1/token", headers={"dpop": raw})
    assert error(answer) == (401, "invalid_dpop_proof")


def test_a_nonce_lives_for_two_windows(small_house):
    phone = small_house.phone()
    small_house.clock.pass_(minutes=6)
    assert phone.sync().pages
    old, phone.nonce = phone.nonce, phone.nonce
    small_house.clock.pass_(minutes=11)
    proof = phone.proof("POST", "/v1/token", nonce=old)
    assert error(small_house.call("POST", "/v1/token", headers={"dpop": proof})) == (401, "use_dpop_nonce")


def test_an_unknown_device_gets_no_token(small_house):
    assert error(Phone(small_house).call("/v1/token")) == (401, "unknown_device")


def test_a_revoked_device_is_told_so_and_its_patient_sees_it(house):
    phone, other = house.phone(), house.phone()
    house.clinic.revoke(phone.id)
    assert error(phone.post({})) == (401, "device_revoked")
    assert error(phone.call("/v1/token")) == (401, "device_revoked")
    assert error(phone.enrol(house.clinic.invite("pa")[0])) == (401, "device_revoked")
    assert "revoked_at" in rows(other.sync())[phone.id].body
    ended = {one["id"]: bool(one["revoked_at"]) for one in house.clinic.devices("pa")}
    assert ended == {phone.id: True, other.id: False}


def test_an_ended_grant_ends_at_once(small_house):
    phone = small_house.phone()
    phone.sync()
    with small_house.clinic.database.directory(write=True) as connection:
        connection.exec_driver_sql("DELETE FROM access WHERE scope = 'patient:pa'")
    reply = phone.sync()
    assert reply.ended == ["patient:pa"]
    assert [page.scope for page in reply.pages] == ["content"]
