"""Large files are taken out of a resource and put back to the letter; what could not be put back stays inside."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.fhir.apart import LEAST, URL, named_by, put_back, take_apart
from sync.fhir.files import files_in

BIG = bytes(range(256)) * 150
PACKED = base64.b64encode(BIG).decode()
HASH = hashlib.sha256(BIG).hexdigest()


def letter(*data: str, type: str = "DocumentReference", **more: Any) -> dict[str, Any]:
    files = [{"attachment": {"contentType": "image/png", "data": one, "title": "Scan"}} for one in data]
    return {"resourceType": type, "id": "n", "weight": 1.5, "content": files, **more}


def texts(resource: dict[str, Any]) -> list[bytes]:
    """A resource as systems write it: with and without white space."""
    return [json.dumps(resource).encode(), json.dumps(resource, separators=(",", ":")).encode()]


def same(one: str | bytes, other: str | bytes) -> bool:
    return json.loads(one) == json.loads(other)


@pytest.mark.parametrize("raw", texts(letter(PACKED, "eA==", PACKED)))
def test_a_large_file_goes_and_comes_back(raw: bytes) -> None:
    light, files = take_apart("DocumentReference", raw)
    assert [(named.hash, named.size, data) for named, data in files] == [(HASH, len(BIG), BIG)]
    assert len(light) < 1000 and b"1.5" in light and b"eA==" in light
    again, missing = put_back(light.decode(), {HASH: BIG}.get)
    assert same(again, raw) and missing == 0


def test_what_is_not_at_hand_stays_named() -> None:
    light, _ = take_apart("DocumentReference", texts(letter(PACKED))[0])
    again, missing = put_back(light.decode(), lambda _hash: None)
    assert (again, missing) == (light.decode(), 1)
    (file,) = files_in(json.loads(again))
    assert file.beside and (file.beside.hash, file.beside.size, file.title) == (HASH, len(BIG), "Scan")
    assert not file.data and not file.address


@pytest.mark.parametrize(
    "resource",
    [
        letter("eA=="),
        letter(PACKED[:-4] + "AAB="),  # bits that are no part of it
        letter(PACKED + "\n"),
        letter(PACKED, type="Practitioner"),
        letter(PACKED, _data={"extension": []}),
        letter(note=f'"data":"{PACKED}"'),
        {"resourceType": "Media", "valueSampledData": {"data": "1 2 3 " * LEAST}},
    ],
)
def test_what_is_small_shared_or_would_come_back_otherwise_stays(resource: dict[str, Any]) -> None:
    for raw in texts(resource):
        assert take_apart(resource["resourceType"], raw) == (raw, [])


@pytest.mark.parametrize(
    "said", [None, {}, {"extension": [{"url": URL}]}, {"extension": [{"url": URL, "valueString": "x 1"}]}]
)
def test_an_extension_of_somebody_else_names_nothing(said: Any) -> None:
    assert named_by({"_data": said}) is None


def long(piece: bytes) -> bytes:
    return piece * (LEAST // len(piece) + 1)


@given(st.lists(st.binary(min_size=1, max_size=40).map(long), max_size=3), st.text(), st.booleans())
def test_whatever_was_taken_out_comes_back(held: list[bytes], title: str, tight: bool) -> None:
    resource = letter(*(base64.b64encode(one).decode() for one in held), description=title)
    raw = texts(resource)[tight]
    light, files = take_apart("DocumentReference", raw)
    assert same(put_back(light.decode(), {named.hash: data for named, data in files}.get)[0], raw)
    assert {named.hash for named, _ in files} == {hashlib.sha256(one).hexdigest() for one in held}
