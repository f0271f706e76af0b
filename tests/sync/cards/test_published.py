"""The published examples and what a validator must reject: each verifies, or is refused with its own reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.cards.card import Card, open_card
from sync.cards.numeric import codes_of
from sync.cards.refused import Refused
from sync.cards.texts import cards_in
from sync.cards.verdict import verify
from tests.sync.cards.mint import DATA, EXAMPLES, examples

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "health-cards"
GOOD = ("00-d-jws.txt", "00-e-file.smart-health-card", "00-f-qr-code-numeric-value-0.txt")
GOOD += ("02-d-jws.txt", "02-e-file.smart-health-card")
BAD = {
    "d-jws-bad-fhir-metadata.txt": ["metadata"],
    "d-jws-der-signature-rs-neg.txt": ["signature_form"],
    "d-jws-der-signature.txt": ["signature_form"],
    "d-jws-issuer-kid-mismatch.txt": ["unknown_key"],
    "d-jws-jws_too_long.txt": ["type"],
    "d-jws-no_jws_header_alg.txt": ["alg"],
    "d-jws-no_jws_header_zip.txt": ["zip"],
    "d-jws-utf8_bom_prefix.txt": ["payload"],
    "e-file-bad_jwks.smart-health-card": ["other_issuer"],
    "e-file-invalid_issuer_url.smart-health-card": ["other_issuer"],
    "e-file-issuer_url_with_trailing_slash.smart-health-card": ["issuer"],
    "e-file-multi-jws-issues.smart-health-card": ["alg", "verified"],
    "e-file-no_deflate.smart-health-card": ["zip"],
    "f-qr-code-numeric-value-0-index-out-of-range.txt": ["chunk_numbers"],
    "f-qr-code-numeric-value-0-odd-count.txt": ["digits"],
    "f-qr-code-numeric-value-0-trailing_chars.txt": ["verified"],  # white space alone: the card is whole
    "f-qr-code-numeric-value-0-wrong_qr_header.txt": ["header_code"],
    **{f"f-qr-code-numeric-value-{n}-qr_chunk_too_small.txt": ["missing_parts"] for n in (3, 5, 7, 9)},
    **{f"f-qr-code-numeric-value-{n}-qr_chunk_too_small.txt": ["missing_parts"] for n in (10, 12, 14, 16)},
}


def say(data: bytes | str) -> list[str]:
    """What checking everything in a file comes to, in one word each."""
    cards = [open_card(one) if isinstance(one, str) else one for one in cards_in(data)]
    return [one.why if isinstance(one, Refused) else verify(one, [examples()], NOW).outcome for one in cards]


def card(name: str) -> Card:
    """An opened example."""
    (found,) = cards_in((DATA / name).read_bytes())
    opened = open_card(found) if isinstance(found, str) else found
    assert isinstance(opened, Card)
    return opened


@pytest.mark.parametrize("name", GOOD)
def test_every_published_example_verifies(name: str) -> None:
    assert say((DATA / f"example-{name}").read_bytes()) == ["verified"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 1, 2, 0)])
def test_a_card_in_several_codes_verifies_in_any_order(order: tuple[int, ...]) -> None:
    codes = [(DATA / f"example-02-f-qr-code-numeric-value-{n}.txt").read_text() for n in order]
    assert say("\n".join(codes)) == ["verified"]
    assert say("\n".join(codes[:2])) in (["missing_parts"], ["missing_parts", "missing_parts"])


def test_the_same_card_is_the_same_text_in_each_form() -> None:
    forms = {card(f"example-{name}").jws for name in GOOD[:3]}
    assert forms == {(DATA / "example-00-d-jws.txt").read_text()}


def test_what_is_inside_is_what_was_published() -> None:
    opened = card("example-00-d-jws.txt")
    published = json.loads((DATA / "example-00-c-jws-payload-minified.json").read_text())
    entries = published["vc"]["credentialSubject"]["fhirBundle"]["entry"]
    assert list(opened.resources) == [entry["resource"] for entry in entries]
    assert (opened.iss, opened.issued, opened.rid) == (EXAMPLES, published["nbf"], published["vc"]["rid"])
    assert opened.expires_at is None and opened.issued_at.year == 2023


def test_the_codes_made_here_are_the_published_ones() -> None:
    published = [(DATA / f"example-02-f-qr-code-numeric-value-{n}.txt").read_text() for n in range(3)]
    assert codes_of((DATA / "example-02-d-jws.txt").read_text()) == published
    (one,) = codes_of((DATA / "example-00-d-jws.txt").read_text())
    assert one == (DATA / "example-00-f-qr-code-numeric-value-0.txt").read_text()


def test_the_expired_example_is_told_as_expired() -> None:
    assert say((DATA / "example-03-d-jws.txt").read_bytes()) == ["expired"]


def test_each_file_that_must_be_refused_is_known() -> None:
    names = {path.name.removeprefix("test-example-00-") for path in (DATA / "invalid").iterdir()}
    assert names == BAD.keys() and len(BAD) == 25


@pytest.mark.parametrize("name", BAD)
def test_every_bad_one_is_refused_with_its_own_reason(name: str) -> None:
    assert say((DATA / "invalid" / f"test-example-00-{name}").read_bytes()) == BAD[name]


def test_half_of_the_parts_say_how_many_there_are() -> None:
    parts = [path.read_text() for path in (DATA / "invalid").glob("*qr_chunk_too_small.txt")]
    assert cards_in(" ".join(parts)) == [Refused("missing_parts", 8, 17)]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the development data is not beside this checkout")
def test_the_bundled_sample_is_the_development_data() -> None:
    for path in [*SHARED.glob("*.txt"), *SHARED.glob("*.smart-health-card"), *(SHARED / "invalid").iterdir()]:
        assert (DATA / path.relative_to(SHARED)).read_bytes() == path.read_bytes(), path.name
    for name in ("00", "02"):
        opened = card(f"example-{name}-d-jws.txt")
        bundle = json.loads((SHARED / f"example-{name}-b-jws-payload-expanded.json").read_text())["vc"]
        entries = bundle["credentialSubject"]["fhirBundle"]["entry"]
        assert json.dumps([entry["resource"] for entry in entries]) == plain(opened)


def plain(opened: Card) -> str:
    """The resources of a card as JSON; its numbers are exact, and here all short."""
    return json.dumps(opened.resources, default=float)
