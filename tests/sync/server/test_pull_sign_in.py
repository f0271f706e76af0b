"""Signing in as the clinic's own system: a statement the server can check, a token used well and never shown."""

from __future__ import annotations

import json
import time

import pytest
from exports import lab, person, records
from hospital import Desk, Hospital, Reply
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pulls import lines, pull

from sync.server.errors import BadKey, NoSmart, NoToken, PlainHttp
from sync.server.pull.address import Bounds
from sync.server.pull.peer import Peer, open_client
from sync.server.pull.smart import Tokens, read_client

OBSERVATION = ("Observation",)


@pytest.fixture
def ward():
    """A server that lets nobody in without a token. Six observations on three pages."""
    made = Hospital(Desk(), size=2)
    made.put(person("pa"), *(lab(f"o{n}", "pa") for n in range(6)), ago=60)
    yield made
    made.close()


def client(ward, key=None, **more):
    jwk = (key or ward.desk.key).as_dict(private=True)
    return read_client(ward.desk.id, json.dumps(jwk).encode(), "key.json", **more)


class Seconds:
    """A clock in seconds that a test moves."""

    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now


@pytest.mark.parametrize("form", ["jwk", "pem"])
@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_a_clinic_signs_in_with_either_kind_of_key(small_clinic, ward, form, algorithm):
    key = ECKey.generate_key("P-384") if algorithm == "ES384" else RSAKey.generate_key(2048)
    ward.desk.key, ward.desk.algorithm = key, algorithm
    text = json.dumps(key.as_dict(private=True)).encode() if form == "jwk" else key.as_pem(private=True)
    who = read_client(ward.desk.id, text, "key")
    assert who.algorithm == algorithm and who.kid == key.thumbprint()
    report = pull(small_clinic, ward, type=OBSERVATION, who=who)
    assert report.errors == [] and lines(report, "Observation")[:2] == (6, 6)
    [statement] = ward.desk.statements
    assert set(statement) == {"iss", "sub", "aud", "jti", "iat", "exp"}
    assert ward.desk.scopes == ["system/*.rs"]
    assert records(small_clinic, "patient:pa") == {"pa", *(f"o{n}" for n in range(6))}


def test_the_name_of_a_key_and_the_scopes_are_those_that_were_given(small_clinic, ward):
    jwk = {**ward.desk.key.as_dict(private=True), "kid": "clinic-2026"}
    who = read_client(
        ward.desk.id, json.dumps(jwk).encode(), "key", ("system/Observation.rs", "system/Patient.rs")
    )
    assert who.kid == "clinic-2026"
    assert pull(small_clinic, ward, type=OBSERVATION, who=who).whole()
    assert ward.desk.scopes == ["system/Observation.rs system/Patient.rs"]


def test_a_token_is_kept_until_shortly_before_its_end_and_then_made_anew(ward):
    clock = ward.desk.now = Seconds()
    with open_client() as http:
        tokens = Tokens(client(ward), Peer(Bounds.around(ward.url), http), now=clock)
        first = tokens.token()
        clock.now += 269
        assert tokens.token() == first
        clock.now += 2
        assert tokens.token() != first
    assert len(ward.desk.given) == 2 and len({one["jti"] for one in ward.desk.statements}) == 2


def test_a_token_that_ends_in_the_middle_is_made_anew_once_and_the_pull_goes_on(small_clinic, ward):
    ward.plan("page=", lambda _: ward.desk.good.clear())
    report = pull(small_clinic, ward, type=OBSERVATION, who=client(ward))
    assert report.whole() and lines(report, "Observation")[:2] == (6, 6)
    assert len(ward.desk.given) == 2


def test_who_is_refused_with_a_new_token_too_stops_and_says_so(small_clinic, ward):
    ward.plan("/Observation?", Reply(401), Reply(401))
    report = pull(small_clinic, ward, type=OBSERVATION, who=client(ward))
    assert [one["reason"] for one in report.errors] == ["it does not let this client in (status 401)"]
    assert len(ward.desk.given) == 2


def test_another_servers_page_never_sees_the_token(small_clinic, ward):
    other = Hospital()
    ward.plan("/Observation?", Reply(307, location=f"{other.url}/Observation"))
    assert not pull(small_clinic, ward, type=OBSERVATION, who=client(ward)).whole()
    assert other.asked == []
    other.close()


def test_a_statement_of_a_strange_key_and_a_refusal_in_words_give_no_token_and_no_words(small_clinic, ward):
    with pytest.raises(NoToken, match="invalid_client"):
        pull(small_clinic, ward, who=client(ward, ECKey.generate_key("P-384")))
    for said in ({"error": "Ann Ames <b>"}, {"access_token": "s3cret", "token_type": "mac"}, ["x"]):
        ward.plan("/token", Reply(400 if "error" in said else 200, said))
        with pytest.raises(NoToken) as caught:
            pull(small_clinic, ward, who=client(ward))
        assert "Ann" not in str(caught.value) and "s3cret" not in str(caught.value)
    assert ward.desk.given == []


SMART = {"token_endpoint": "http://127.0.0.1:9/token"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Reply(404), "it refused"),
        (Reply(200, b"<html>"), "no JSON"),
        (Reply(200, {}), "no token endpoint"),
        (Reply(200, SMART | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}), "private_key_jwt"),
        (Reply(200, SMART | {"token_endpoint_auth_signing_alg_values_supported": ["RS384"]}), "ES384"),
    ],
)  # fmt: skip
def test_a_server_without_such_a_sign_in_is_named(small_clinic, ward, answer, words):
    ward.plan("smart-configuration", answer)
    with pytest.raises(NoSmart, match=words):
        pull(small_clinic, ward, who=client(ward))


def test_a_statement_goes_only_where_it_is_encrypted(small_clinic, ward):
    ward.plan("smart-configuration", Reply(200, {"token_endpoint": "http://tokens.example/token"}))
    with pytest.raises(PlainHttp):
        pull(small_clinic, ward, who=client(ward))


def test_a_token_endpoint_that_is_away_is_named(small_clinic, ward):
    ward.plan("smart-configuration", Reply(200, SMART))
    with pytest.raises(NoToken, match="ConnectError"):
        pull(small_clinic, ward, who=client(ward))


def bad_keys():
    yield b""
    yield b"{}"
    yield b"-----BEGIN NOTHING-----"
    yield json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)).encode()
    yield json.dumps(ECKey.generate_key("P-256").as_dict(private=True)).encode()
    yield json.dumps(ECKey.generate_key("P-384").as_dict(private=False)).encode()
    yield RSAKey.generate_key(2048).as_pem(private=False)
    yield ECKey.generate_key("P-384").as_pem(private=True, password="word")


def test_what_is_no_key_that_can_sign_is_named_by_its_file(tmp_path):
    for text in bad_keys():
        with pytest.raises(BadKey, match=r"clinic\.pem"):
            read_client("id", text, "clinic.pem")


def test_neither_key_nor_token_is_in_what_an_object_says_of_itself(small_clinic, ward):
    who = client(ward)
    with open_client() as http:
        tokens = Tokens(who, Peer(Bounds.around(ward.url), http))
        token = tokens.token()
        secret = ward.desk.key.as_dict(private=True)["d"]
        assert token not in repr(tokens) and secret not in repr(who) and secret not in repr(vars(tokens))
