"""Where changes of two devices meet in one document: each field by itself, to the letter."""

from __future__ import annotations

import json
from typing import ClassVar

import pytest
from house import rows

from sync.models import KINDS, Doc, Policy
from sync.protocol.wire import Base, Mutation
from sync.server.merging import grown, met, registered

REGISTERED = [
    ('{"a":1,"b":1}', '{"a":1,"b":2}', '{"a":3,"b":1}', '{"a":3,"b":2}', "each keeps what the other did not touch"),
    ('{"a":1}', '{"a":2}', '{"a":3}', '{"a":3}', "the last change of one field wins"),
    ('{"a":1,"b":1}', '{"a":1,"b":2}', '{"b":1}', '{"b":2}', "a field that was taken out is out"),
    ('{"a":1,"b":1}', '{"b":1}', '{"a":1,"b":2}', '{"b":2}', "and stays out where nobody touched it"),
    ('{"a":1}', '{"a":1,"x":1.50}', '{"a":2}', '{"a":2,"x":1.50}', "a new field stays, with its zeros"),
    ('{"x":1.50}', '{"x":1.75}', '{"x":1.5,"a":1}', '{"x":1.75,"a":1}', "1.5 for 1.50 is no change"),
    ('{"x":true}', '{"x":false}', '{"x":1}', '{"x":1}', "but 1 for true is one"),
    (None, '{"a":1,"b":1}', '{"a":2}', '{"a":2,"b":1}', "upon nothing known: all that it names, and no more"),
]  # fmt: skip
GROWN = [
    ('{"n":5}', '{"n":3}', '{"n":5}', "the greater number stays"),
    ('{"n":5}', '{"n":7.50}', '{"n":7.50}', "or comes, to the letter"),
    ('{"at":"2026-06-02T08:00Z"}', '{"at":"2026-06-01T08:00Z"}', '{"at":"2026-06-02T08:00Z"}', "the later time"),
    ('{"read":true}', '{"read":false}', '{"read":true}', "yes stays yes"),
    ('{"read":false,"n":null}', '{"read":true,"n":1}', '{"read":true,"n":1}', "no and nothing give way"),
    ('{"n":5,"a":1}', '{"n":6,"b":2}', '{"n":6,"a":1,"b":2}', "fields of both"),
    ('{"n":5}', '{"n":"9"}', '{"n":5}', "what cannot be compared stays as it was"),
    ('{"n":[1]}', '{"n":[1,2]}', '{"n":[1]}', "also a list"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "now", "said", "made", "why"), REGISTERED, ids=lambda one: str(one)[:50])
def test_each_field_is_a_register(before: str | None, now: str, said: str, made: str, why: str) -> None:
    assert registered(before, now, said) == made, why


@pytest.mark.parametrize(("now", "said", "made", "why"), GROWN, ids=lambda one: str(one)[:50])
def test_no_field_goes_back(now: str, said: str, made: str, why: str) -> None:
    assert grown(now, said) == made, why
    assert json.loads(grown(made, said)) == json.loads(made), "said again it changes nothing"


def test_what_comes_out_as_it_was_said_is_not_written_twice() -> None:
    assert met(Policy.REGISTER, '{"a":1}', '{"a":1}', '{"a":2}') is None
    assert met(Policy.MONOTONE, None, '{"n":1}', '{"n":2}') is None
    assert met(Policy.COMMAND, None, '{"n":1}', '{"n":0}') is None


class Taste(Doc):
    """A preference."""

    kind: ClassVar[str] = "taste"
    policy: ClassVar[Policy] = Policy.REGISTER
    size: int = 1
    tone: str = ""


class Page(Doc):
    """How far somebody read."""

    kind: ClassVar[str] = "page"
    policy: ClassVar[Policy] = Policy.MONOTONE
    n: int


@pytest.fixture(autouse=True)
def nouns():
    KINDS.update({"taste": Taste, "page": Page})
    yield
    for kind in ("taste", "page"):
        del KINDS[kind]


def put(mid: str, kind: str, body: str, op: str = "put", **base: str | None) -> Mutation:
    return Mutation(mid=mid, scope="patient:pa", kind=kind, id="d", op=op, body=body, base=Base(**base))


def test_two_devices_change_two_parts_of_a_preference(house) -> None:
    phone, tablet = house.phone(), house.phone()
    rev = phone.sync(put("a", "taste", '{"size":1,"tone":"soft"}')).verdicts[0].rev
    tablet.sync(put("b", "taste", '{"size":2,"tone":"soft"}', rev=rev))
    reply = phone.sync(put("c", "taste", '{"size":1,"tone":"loud"}', rev=rev))
    verdict, row = reply.verdicts[0], rows(reply)["d"]
    assert (verdict.status, row.body) == ("ok", '{"size":2,"tone":"loud"}')
    assert verdict.seq is not None and row.seq == verdict.seq + 1, "the change itself is in the history"


def test_a_second_change_upon_ones_own_leaves_the_others_part_alone(house) -> None:
    phone, tablet = house.phone(), house.phone()
    rev = phone.sync(put("a", "taste", '{"size":1,"tone":"soft"}')).verdicts[0].rev
    tablet.sync(put("b", "taste", '{"size":2,"tone":"soft"}', rev=rev))
    chain = (
        put("c", "taste", '{"size":1,"tone":"loud"}', rev=rev),
        put("e", "taste", '{"size":1,"tone":"x"}', after="c"),
    )
    together = phone.sync(*chain)
    assert rows(together)["d"].body == '{"size":2,"tone":"x"}'
    later = phone.sync(put("f", "taste", '{"size":1,"tone":"y"}', after="e"))
    assert rows(later)["d"].body == '{"size":2,"tone":"y"}'


@pytest.mark.parametrize("rev", ["", "x.", "x.1", "x.²", "x." + "9" * 40])
def test_a_revision_that_never_was_is_upon_nothing(house, rev: str) -> None:
    phone = house.phone()
    phone.sync(put("a", "taste", '{"size":2,"tone":"soft"}'))
    assert phone.sync(put("b", "taste", '{"size":3}', rev=rev)).verdicts[0].status == "ok"
    assert json.loads(rows(house.phone().sync())["d"].body) == {"size": 3, "tone": "soft"}


def test_reading_on_another_device_sets_nobody_back_and_brings_nothing_back(house) -> None:
    phone, tablet = house.phone(), house.phone()
    phone.sync(put("a", "page", '{"n":7}'))
    reply = tablet.sync(put("b", "page", '{"n":3}'))
    row = rows(reply)["d"]
    assert (reply.verdicts[0].status, row.body) == ("ok", '{"n":7}')
    assert phone.sync(put("c", "page", "{}", "delete", rev=row.rev)).verdicts[0].status == "ok"
    assert tablet.sync(put("e", "page", '{"n":9}')).verdicts[0].status == "conflict"
    assert rows(house.phone().sync())["d"].deleted
