"""The files in which keys are passed on: what each kind holds, and what is left out and said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync.cards.issuers import BadIssuers, Read, read_issuers
from tests.sync.cards.mint import DATA, EXAMPLES, Issuer, examples

RIVER, HARBOUR = Issuer(), Issuer("https://harbour.test", "Harbour Hospital")


def read(fields: Any, **whose: str) -> Read:
    return read_issuers(json.dumps(fields).encode(), **whose)


def entry(issuer: Issuer, **more: Any) -> dict[str, Any]:
    return {"iss": issuer.iss, "name": issuer.name, "keys": [issuer.jwk()], **more}


def test_a_jwks_as_an_issuer_publishes_it() -> None:
    assert [key["kid"][:4] for key in examples().keys] == ["3Kfd", "EBKO"]
    assert all("x5c" not in key for key in examples().keys)
    with pytest.raises(BadIssuers, match="--iss and --name"):
        read_issuers((DATA / "issuer-jwks.json").read_bytes())


def test_a_list_of_issuers_as_ours() -> None:
    found = read({"issuers": [entry(RIVER, revoked=[{"kid": RIVER.kid, "rids": ["abc"]}]), entry(HARBOUR)]})
    assert [(one.iss, one.name) for one in found.issuers] == [
        (RIVER.iss, RIVER.name),
        (HARBOUR.iss, HARBOUR.name),
    ]
    assert found.issuers[0].revoked[0].rids == ["abc"] and not found.left_out


def test_a_snapshot_of_a_trust_network() -> None:
    crl = {"kid": RIVER.kid, "method": "rid", "ctr": 3, "rids": ["abc.1700000000"]}
    one = {
        "issuer": {"iss": RIVER.iss, "name": RIVER.name, "website": "x"},
        "keys": [RIVER.jwk()],
        "crls": [crl],
    }
    found = read({"directory": "d", "time": "t", "issuerInfo": [one, {"issuer": None}]})
    assert [issuer.iss for issuer in found.issuers] == [RIVER.iss]
    assert found.issuers[0].revoked[0].rids == ["abc.1700000000"]


def test_a_list_of_revoked_cards_by_itself() -> None:
    (listed,) = read_issuers((DATA / "issuer-crl.json").read_bytes()).revoked
    assert listed.kid == examples().keys[0]["kid"] and len(listed.rids) == 4


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (RIVER.jwk(d="secret"), "private key"),
        (RIVER.jwk(use="enc"), "not for signing"),
        (RIVER.jwk(alg="HS256"), "not for signing"),
        (RIVER.jwk(kid="other"), "kid is not its thumbprint"),
        (RIVER.jwk(x="AAAA"), "kid is not its thumbprint"),
        (RIVER.jwk(y=None), "kid is not its thumbprint"),
    ],
)
def test_a_key_that_breaks_the_rules_is_left_out_and_told(key: dict[str, Any], why: str) -> None:
    mixed = read({"issuers": [{**entry(RIVER), "keys": [RIVER.jwk(), key]}]})
    assert len(mixed.issuers[0].keys) == 1 and why in mixed.left_out[0]
    with pytest.raises(BadIssuers, match=why):
        read({"issuers": [{**entry(RIVER), "keys": [key]}]})


def test_one_bad_issuer_does_not_cost_the_others() -> None:
    found = read({"issuers": [{**entry(HARBOUR), "iss": "https://harbour.test/"}, entry(RIVER)]})
    assert [one.iss for one in found.issuers] == [RIVER.iss]
    assert found.left_out == ("https://harbour.test/ has no sound iss",)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xff", "no JSON"),
        (b"[]", "no list"),
        (b"{}", "no list"),
        (b"[" * 100_000, "no JSON"),
        (b'{"issuers": []}', "names no issuer"),
        (b'{"issuers": [{"iss": "https://a.test", "name": "A"}]}', "https://a.test has no key"),
        (b'{"rids": ["x"], "kid": "k", "method": "other"}', "not known here"),
        (b'{"rids": [5], "kid": "k"}', "not one"),
    ],
)
def test_a_file_that_holds_nothing_is_refused_in_a_sentence(data: bytes, why: str) -> None:
    with pytest.raises(BadIssuers, match=why):
        read_issuers(data)


def test_the_keys_of_the_examples_are_those_of_their_address() -> None:
    assert examples().iss == EXAMPLES
