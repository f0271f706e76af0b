"""Cards of somebody who means harm: each gets its word, quickly, and none is ever called verified."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as signing
from joserfc.jwk import OctKey

from sync.cards.card import MAX_PAYLOAD, Card, open_card
from sync.cards.refused import Refused
from sync.cards.texts import MAX_BYTES, cards_in
from sync.cards.verdict import Outcome, verify
from tests.sync.cards.mint import RIVERSIDE, Issuer, b64, packed, patient, payload, shot

NOW = datetime(2026, 6, 3, tzinfo=UTC)
RIVER, HARBOUR = Issuer(), Issuer("https://harbour.test", "Harbour Hospital")
KNOWN = [RIVER.keys(), HARBOUR.keys()]


def say(jws: str) -> str:
    """What checking a card comes to, in one word."""
    card = open_card(jws)
    return card.why if isinstance(card, Refused) else verify(card, KNOWN, NOW).outcome


def with_header(jws: str, **fields: Any) -> str:
    """The same card under another header, its signature kept."""
    return ".".join([b64(json.dumps(fields).encode()), *jws.split(".")[1:]])


def test_an_honest_one_is_verified_by_name() -> None:
    card = open_card(RIVER.sign())
    assert isinstance(card, Card)
    verdict = verify(card, KNOWN, NOW)
    assert verdict.is_verified and verdict.name == "Riverside Clinic"


def test_a_bomb_is_not_unpacked_beyond_the_bound() -> None:
    bomb = packed(b" " * (80 << 20))
    assert len(bomb) < 90_000
    tracemalloc.start()
    assert say(RIVER.sign(body=bomb)) == "bomb"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * MAX_PAYLOAD


def test_ten_megabytes_of_text_are_not_read() -> None:
    assert cards_in("a" * (10 << 20)) == [Refused("too_long")]
    assert cards_in(b"a" * (MAX_BYTES + 1)) == [Refused("too_long")]
    assert cards_in("a." * 200_000 + "a") == [Refused("too_long")]
    assert cards_in(json.dumps({"verifiableCredential": ["a.b.c"] * 51})) == [Refused("too_long")]


def test_none_and_a_secret_made_of_the_public_key_are_no_signatures() -> None:
    honest = RIVER.sign()
    assert say(with_header(honest, alg="none", zip="DEF", kid=RIVER.kid)) == "alg"
    secret = OctKey.import_key(json.dumps(RIVER.jwk()).encode())
    header = {"alg": "HS256", "kid": RIVER.kid}
    forged = signing.serialize_compact(header, packed(json.dumps(payload()).encode()), secret)
    assert say(forged) == "alg"
    swapped = with_header(forged, alg="ES256", zip="DEF", kid=RIVER.kid)
    assert say(swapped) == "signature_form"
    assert say(swapped.rpartition(".")[0] + "." + b64(bytes(64))) == Outcome.WRONG_SIGNATURE


def test_a_key_in_the_header_convinces_nobody() -> None:
    stranger = Issuer("https://riverside.test/cards", "Somebody")
    jws = stranger.sign(
        header={"jwk": stranger.jwk(), "jku": "https://evil.test/keys", "x5u": "https://evil.test"}
    )
    assert say(jws) == Outcome.UNKNOWN_KEY
    assert say(stranger.sign(header={"kid": RIVER.kid})) == Outcome.WRONG_SIGNATURE


def test_the_key_of_another_issuer_is_not_taken_for_theirs() -> None:
    assert say(HARBOUR.sign(payload(iss=RIVERSIDE))) == Outcome.OTHER_ISSUER
    assert say(HARBOUR.sign(payload(iss="https://unheard.test"))) == Outcome.OTHER_ISSUER
    assert say(Issuer("https://unheard.test").sign()) == Outcome.UNKNOWN_ISSUER


def test_a_key_under_a_wrong_name_in_the_list_is_not_used() -> None:
    stranger = Issuer()
    entry = RIVER.keys().model_copy(update={"keys": [stranger.jwk(kid=RIVER.kid)]})
    card = open_card(stranger.sign(header={"kid": RIVER.kid}))
    assert isinstance(card, Card) and verify(card, [entry], NOW).outcome == Outcome.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"zip": None}, "zip"),
        ({"zip": "GZIP"}, "zip"),
        ({"alg": "ES384"}, "alg"),
        ({"alg": ["ES256"]}, "alg"),
        ({"kid": None}, "kid"),
        ({"kid": 5}, "kid"),
        ({"kid": "k" * 65}, "kid"),
        ({"crit": ["exp"]}, "form"),
        ({"x5c": ["A" * 2000]}, "alg"),
    ],
)
def test_the_header_has_no_say_in_how_it_is_checked(header: dict[str, Any], why: str) -> None:
    assert say(RIVER.sign(header=header)) == why


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([], "payload"),
        ("text", "payload"),
        (payload(iss="http://riverside.test/cards"), "issuer"),
        (payload(iss="https://riverside.test/cards/"), "issuer"),
        (payload(iss="https://riverside.test/cards?x=1"), "issuer"),
        (payload(iss="https://[riverside"), "issuer"),
        (payload(iss=5), "issuer"),
        (payload(nbf=None), "nbf"),
        (payload(nbf=True), "nbf"),
        (payload(nbf="2026-01-01"), "nbf"),
        (payload(nbf=-1), "nbf"),
        (payload(nbf=10**400), "nbf"),
        (payload(exp="never"), "exp"),
        (payload(vc=None), "type"),
        (payload(vc={"type": "https://smarthealth.cards#health-card"}), "type"),
        (payload(vc={"type": ["https://smarthealth.cards#health-card"]}), "bundle"),
        (payload(patient(), {"id": "no type"}), "bundle"),
        (payload({**shot(), "meta": {"tag": [{"code": "x"}]}}), "metadata"),
    ],
)
def test_what_a_card_says_must_be_a_card(said: Any, why: str) -> None:
    assert say(RIVER.sign(said)) == why


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not deflate",
        packed(b"not json"),
        packed(b"\xff"),
        packed(b"[" * 100_000),
        packed(b"{}") + b"more",
    ],
)
def test_what_does_not_unpack_or_read_is_told(body: bytes) -> None:
    assert say(RIVER.sign(body=body)) in ("deflate", "payload")


def test_numbers_that_are_none_are_refused() -> None:
    said = json.dumps(payload()).replace(str(payload()["nbf"]), "NaN")
    assert say(RIVER.sign(body=packed(said.encode()))) == "payload"


def test_how_sure_the_issuer_is_of_the_person_may_stand_there() -> None:
    assert (
        say(RIVER.sign(payload(patient(), {**shot(), "meta": {"security": [{"code": "IAL1"}]}})))
        == "verified"
    )


def test_a_card_counts_from_its_day_to_its_day() -> None:
    now = NOW.timestamp()
    for nbf, exp, outcome in (
        (now, None, "verified"),
        (now + 1, None, "not_yet"),
        (now * 1000, None, "nbf"),  # milliseconds: no moment of this calendar
        (now - 9, now + 1, "verified"),
        (now - 9, now, "expired"),
        (now + 9, now + 99, "not_yet"),
    ):
        assert say(RIVER.sign(payload(nbf=nbf, exp=exp))) == outcome, (nbf, exp)


def test_a_card_that_was_taken_back_is_told_so() -> None:
    card = open_card(RIVER.sign(payload(rid="abc")))
    assert isinstance(card, Card)
    later, before = int(card.issued) + 1, int(card.issued)
    for listed, outcome in (
        (["abc"], "revoked"),
        (["x", f"abc.{later}"], "revoked"),
        ([f"abc.{before}"], "verified"),
        (["abcd", "ab", ""], "verified"),
    ):
        assert verify(card, [RIVER.keys(*listed)], NOW).outcome == outcome, listed
    plain = open_card(RIVER.sign())
    assert isinstance(plain, Card) and verify(plain, [RIVER.keys("", "abc")], NOW).is_verified


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_changed_letter_undoes_the_signature(data: st.DataObject) -> None:
    jws = data.draw(st.just(SIGNED))
    at = data.draw(st.integers(0, len(jws) - 1))
    letter = data.draw(st.sampled_from("abcXYZ019-_."))
    changed = jws[:at] + letter + jws[at + 1 :]
    last_bits = at in (len(jws) - 1, jws.rindex(".") - 1, jws.index(".") - 1)
    if changed != jws and not last_bits:
        assert say(changed) != Outcome.VERIFIED


SIGNED = RIVER.sign()


def test_a_clock_that_is_wrong_by_years_changes_the_word_and_never_fails() -> None:
    card = open_card(RIVER.sign(payload(exp=NOW.timestamp())))
    assert isinstance(card, Card)
    found = {verify(card, KNOWN, NOW + timedelta(days=365 * years)).outcome for years in (-100, 0, 900)}
    assert found == {Outcome.NOT_YET, Outcome.EXPIRED}
