"""Files come apart into resources whose text is what it was; damage is named and stops nothing."""

from __future__ import annotations

import bz2
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.fhir.reading import Fault, Found, resources
from sync.fhir.record import record

LAB = b'{ "resourceType": "Observation", "id": "a",\n "valueQuantity": { "value": 1.50, "x": 1e2 } }'
LINE = b'{"resourceType":"Observation","id":"a","valueQuantity":{"value":1.50,"x":1e2}}'


def bundle(*entries, kind="collection"):
    return b'{"resourceType":"Bundle","type":"%s","entry":[%s]}' % (kind.encode(), b",".join(entries))


def entry(resource, url=b""):
    return b'{"fullUrl":"%s","resource":%s}' % (url, resource)


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection", "searchset", "document", "history"])
def test_a_bundle_of_any_kind_is_taken_apart(kind):
    (found,) = resources("b.json", bundle(entry(LAB, b"urn:uuid:1"), kind=kind))
    assert (found.type, found.id, found.url, found.where) == ("Observation", "a", "urn:uuid:1", "entry 1")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", LAB),
        ("a.json", b"\xef\xbb\xbf" + LAB + b"\n"),
        ("a.json.gz", gzip.compress(LAB, mtime=0)),
        ("a.json.bz2", bz2.compress(LAB)),
        ("a.json", gzip.compress(LAB, mtime=0)),
        ("a.ndjson", LINE),
        ("a.ndjson.gz", gzip.compress(LINE + b"\n\n", mtime=0)),
        ("a.json", b"[" + LAB + b"]"),
        ("a.json", json.dumps(LAB.decode()).encode()),
        ("a.json", bundle(entry(bundle(entry(LAB))))),
    ],
)
def test_every_packing_gives_the_same_resource_to_the_byte_of_its_meaning(name, data):
    (found,) = resources(name, data)
    assert isinstance(found, Found)
    assert found.raw == LINE


def test_the_record_keeps_the_text_of_every_number():
    (found,) = resources("a.json", LAB)
    assert '"resource":' + LINE.decode() + "}" in record(found).body


@pytest.mark.parametrize("name", ["a.ndjson", "a.phr", "a.sphr", "a.unknown"])
def test_lines_are_read_one_by_one_and_a_bad_one_is_named(name):
    data = LINE + b"\n{broken\n\n" + LINE.replace(b'"a"', b'"b"') + b"\n[1]\n"
    got = list(resources(name, data))
    assert [item.id for item in got if isinstance(item, Found)] == ["a", "b"]
    faults = [item for item in got if isinstance(item, Fault)]
    assert [fault.where for fault in faults] == ["line 2", "line 5, item 1"]


def test_a_bad_entry_is_named_and_the_rest_goes_in():
    data = bundle(b"7", b"{}", entry(b"null"), entry(b"[]"), entry(b'{"id":"x"}'), entry(LAB))
    got = list(resources("b.json", data))
    assert [item.where for item in got] == ["entry 1", "entry 2", "entry 3", "entry 5", "entry 6"]
    assert isinstance(got[-1], Found)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"title: yaml", "not JSON"),
        (b'{"resourceType":"Observation",}', "not JSON"),
        (b'{"a":1}', "not FHIR"),
        (b"7", "not FHIR"),
        (b"\x1f\x8bnonsense", "damaged"),
        (gzip.compress(LAB, mtime=0)[:-9], "damaged"),
        (b"BZh9nonsense", "damaged"),
        (b'{"resourceType":"Obs\xff"}', "not UTF-8"),
        (b'{"resourceType":"Observation","id":"\xff"}', "not UTF-8"),
        (b'{"resourceType":"Observation","x":' + b"[" * 5000 + b"]" * 5000 + b"}", ""),
        (b'{"resourceType":"../../etc"}', "not FHIR"),
    ],
)
def test_what_cannot_be_read_is_a_fault_without_its_content(data, why):
    (fault,) = resources("x.json", data)
    assert isinstance(fault, Fault)
    assert fault.reason.startswith(why)


def test_a_resource_without_an_id_gets_one_from_its_address_or_its_text():
    bare = b'{"resourceType":"Basic"}'
    (by_url,) = resources("a.json", bundle(entry(bare, b"urn:uuid:77")))
    (by_text,) = resources("a.json", bare)
    (again,) = resources("b.json", b' {"resourceType" : "Basic"} ')
    assert by_url.id == "77"
    assert by_text.id == again.id


def test_half_a_character_is_replaced_and_whole_ones_are_left_alone():
    text = rb'{"resourceType":"Basic","a":"\ud83d\ude00 \ud800 \\ud800 \udc00"}'
    (found,) = resources("a.json", text)
    assert found.fields["a"] == "😀 \ufffd \\ud800 \ufffd"
    assert rb"\ud83d\ude00" in found.raw


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_make_reading_fail(data):
    list(resources("x.json", data))
    list(resources("x.ndjson", data))
