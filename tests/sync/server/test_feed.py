"""Pages and cursors: everything arrives once, in order, within the budget."""

from __future__ import annotations

import gzip
import json

import pytest
import sqlalchemy as sa
import zstandard
from house import draft, mood, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.models import Person
from sync.server import cursor as cursors
from sync.server.cursor import Cursor
from sync.server.tables import scope


def put(house, count, size=100, scope="patient:pa", start=0):
    docs = [Person(id=f"p{n}", fhir_id="x", name="n" * size) for n in range(start, start + count)]
    house.clinic.put(scope, *docs)


def walk(phone, limit, most=500):
    """All pages until nothing is left."""
    got, sizes = {}, []
    for _ in range(most):
        reply = phone.sync(limit=limit)
        for page in reply.pages:
            sizes.append(sum(len(row.body) for row in page.rows))
            got.update({(page.scope, row.id): row for row in page.rows})
        if not reply.more:
            return got, sizes
    raise AssertionError("it never ends")


@pytest.mark.parametrize("limit", [1, 500, 5_000, 2 << 20])
def test_pages_bring_everything_whatever_the_limit(house, limit):
    put(house, 40)
    put(house, 5, scope="content")
    got, _ = walk(house.phone(), limit)
    assert len([key for key in got if key[1].startswith("p")]) == 45


def test_a_reply_stays_within_its_budget_and_a_big_row_travels_alone(house):
    put(house, 10, size=1000)
    put(house, 1, size=50_000, start=10)
    put(house, 10, size=1000, start=11)
    _, sizes = walk(house.phone(), 4_000)
    assert max(size for size in sizes if size < 50_000) <= 4_000
    assert [size for size in sizes if size > 4_000] == [max(sizes)]


def test_nothing_new_is_one_small_reply(house):
    phone = house.phone()
    phone.sync()
    answer = phone.post({"cursors": phone.cursors})
    assert not any(page["rows"] for page in answer.json()["pages"])
    assert len(answer.content) < 1000


def test_a_change_comes_once_and_only_as_its_latest_state(house):
    phone = house.phone()
    phone.sync()
    put(house, 1, size=3)
    put(house, 1, size=5)
    assert [row.id for row in rows(phone.sync()).values()] == ["p0"]
    assert not rows(phone.sync())


def test_own_words_are_passed_by_and_other_devices_get_them(house):
    phone, tablet = house.phone(), house.phone()
    phone.sync()
    assert "m1" not in rows(phone.sync(mood()))
    assert "m1" not in rows(phone.sync())
    assert "m1" in rows(tablet.sync())


def test_a_lost_answer_is_given_again_with_the_receipt(house):
    phone = house.phone()
    phone.sync()
    before = dict(phone.cursors)
    phone.sync(mood())
    again = phone.sync(mood(), cursors=before)
    assert [row.kind for row in rows(again).values()] == ["receipt"]


def test_whoever_begins_anew_gets_their_own_words_too(house):
    phone = house.phone()
    phone.sync()
    reply = phone.sync(mood(), cursors={"patient:pa": "nonsense"})
    assert reply.verdicts[0].status == "ok"
    assert reply.pages[0].reset == "scope"
    assert "m1" in rows(reply)


def test_who_has_not_heard_that_the_clinic_was_restored_is_judged_after_that(house):
    phone = house.phone()
    phone.sync()
    house.clinic.restored()
    reply = phone.sync(mood())
    assert (reply.verdicts, reply.pages[0].reset) == ([], "epoch")
    assert "m1" not in rows(reply)
    assert phone.sync(mood()).verdicts[0].status == "ok"


def test_a_page_below_the_floor_goes_on_where_it_was_begun_above_it(house):
    phone = house.phone()
    phone.sync(mood("m1"), mood("m2"), mood("m3"))
    with house.clinic.database.unit("patient:pa", write=True) as unit:
        unit.connection.execute(sa.update(scope).where(scope.c.id == "patient:pa").values(floor=4))
    key = key_of(house)
    epoch = cursors.read(phone.cursors["patient:pa"], key).epoch
    old = cursors.write(Cursor("patient:pa", epoch, 1), key)
    first = phone.sync(cursors={"patient:pa": old}, limit=1)
    assert (first.pages[0].reset, first.pages[0].more) == ("floor", True)
    found = dict(rows(first))
    for _ in range(20):
        page = phone.sync(limit=1).pages[0]
        assert page.reset is None
        found |= {row.id: row for row in page.rows}
        if not page.more:
            break
    assert {"m1", "m2", "m3"} <= found.keys()


def key_of(house):
    return house.clinic.gate().keys.cursor


SPOILED = [
    (lambda text, key: "nonsense", "scope"),
    (lambda text, key: text[:-4] + "AAAA", "scope"),
    (lambda text, key: "", "scope"),
    (lambda text, key: "ü" * 30, "scope"),
    (lambda text, key: cursors.write(Cursor("patient:pb", "e", 1), key), "scope"),
    (lambda text, key: cursors.write(Cursor("patient:pa", "other", 1), key), "epoch"),
    (lambda text, key: cursors.write(Cursor("patient:pa", cursors.read(text, key).epoch, 99), key), "epoch"),
]


def test_a_cursor_that_is_not_ours_begins_anew_and_says_why(house):
    phone, key = house.phone(), key_of(house)
    for spoil, why in SPOILED:
        phone.sync()
        spoiled = spoil(phone.cursors["patient:pa"], key)
        page = phone.sync(cursors={"patient:pa": spoiled}).pages[0]
        assert (page.scope, page.reset) == ("patient:pa", why)
        assert page.rows
        assert phone.sync().pages[0].reset is None


def test_a_cursor_below_the_floor_begins_anew(house):
    phone = house.phone()
    phone.sync()
    put(house, 3)
    with house.clinic.database.unit("patient:pa", write=True) as unit:
        unit.connection.exec_driver_sql("UPDATE scope SET floor = 4 WHERE id = 'patient:pa'")
    assert phone.sync().pages[0].reset == "floor"


def test_after_a_restored_backup_every_device_begins_anew(house):
    phone = house.phone()
    rev = phone.sync(draft("d1", "one", "a")).verdicts[0].rev
    house.clinic.restored()
    reply = phone.sync()
    assert {page.reset for page in reply.pages if page.rows} == {"epoch"}
    put(house, 1)
    new = rows(phone.sync())["p0"].rev
    assert new.split(".")[0] != rev.split(".")[0]


def test_a_scope_never_granted_is_ended(house):
    phone = house.phone()
    assert phone.sync(cursors={"patient:pb": None, "x": "y"}).ended == ["patient:pb", "x"]


@pytest.mark.parametrize(
    ("offer", "name", "unpack"),
    [
        ("gzip, zstd", "zstd", lambda b: zstandard.ZstdDecompressor().decompressobj().decompress(b)),
        ("gzip;q=1.0", "gzip", gzip.decompress),
        ("br", None, bytes),
    ],
)
def test_a_reply_is_packed_as_the_device_likes(small_house, offer, name, unpack):
    put(small_house, 30)
    phone = small_house.phone()
    proof = phone.proof("POST", "/v1/sync", phone.bearer, b"{}")
    headers = {"dpop": proof, "authorization": f"DPoP {phone.bearer}", "accept-encoding": offer}
    request = small_house.client.build_request("POST", "/v1/sync", content=b"{}", headers=headers)

    async def raw():
        answer = await small_house.client.send(request, stream=True)
        return answer, b"".join([part async for part in answer.aiter_raw()])

    answer, body = small_house.runner.run(raw())
    assert answer.headers.get("content-encoding") == name
    assert len(json.loads(unpack(body))["pages"][0]["rows"]) > 30


@pytest.mark.parametrize("v, said", [(0, ("too_old", "oldest", 1)), (3, ("too_new", "newest", 2))])
def test_another_protocol_is_told_what_is_spoken(small_house, v, said):
    error, name, spoken = said
    answer = small_house.phone().post({"v": v, "new_field": 1})
    assert (answer.status_code, answer.json()) == (426, {"error": error, name: spoken})


@pytest.mark.parametrize("v, body", [(1, {}), (1, {"v": 1}), (2, {"v": 2})])
def test_who_asks_is_answered_in_the_same_version(small_house, v, body):
    assert small_house.phone().post(body).json()["v"] == v


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_no_text_is_mistaken_for_a_cursor(text):
    assert cursors.read(text, b"k" * 32) is None


def test_a_cursor_comes_back_as_it_went():
    place = Cursor("patient:ä", "ab12", 7)
    assert cursors.read(cursors.write(place, b"k"), b"k") == place
    assert cursors.read(cursors.write(place, b"k"), b"other") is None
