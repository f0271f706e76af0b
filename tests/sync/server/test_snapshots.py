"""A first download in pieces: cut once, sealed at rest, shared, and given to nobody without a grant."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from house import House, mood

from sync.models import Person
from sync.protocol.segment import MOST, name_of, pack, unpack
from sync.protocol.wire import Reply
from sync.server.ledger import new_epoch
from sync.server.seal import Seal
from sync.server.snapshots import GRACE_MS, Sizes, Snapshots, cut_up
from sync.server.tables import segment, snapshot

SCOPE, WORD = "patient:pa", "zebra-crossing"
LIMIT = 2000


@pytest.fixture
def full(db_url, clock):
    """A scope of 30 documents of about a kilobyte, in segments of about five."""
    house = House(db_url, clock, sizes=Sizes(raw=5000))
    house.patient()
    put(house, 30)
    yield house
    house.close()


def put(house, count, start=0, size=1000):
    docs = [Person(id=f"p{n}", fhir_id="x", name=WORD + "n" * size) for n in range(start, start + count)]
    house.clinic.put(SCOPE, *docs)


def snapshots(house, **sizes):
    return Snapshots(
        house.clinic.database, house.clinic.keys().pepper, house.clock, Sizes(**({"raw": 5000} | sizes))
    )


def page_of(phone, cursors=None, v=2, **more):
    answer = phone.post({"v": v, "cursors": cursors or {}, "limit": LIMIT, **more})
    assert answer.status_code == 200, answer.text
    reply = Reply.model_validate_json(answer.content)
    return next(page for page in reply.pages if page.scope == SCOPE)


def fetch(phone, name):
    return phone.call("/v1/segment", {"hash": name}, phone.bearer)


def lines_of(phone, page):
    found = []
    for part in page.snapshot.segments:
        answer = fetch(phone, part.hash)
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/octet-stream"
        lines = unpack(answer.content, part.hash)
        assert (len(answer.content), len(lines)) == (part.size, part.rows)
        found += lines
    return found


def table(house, what):
    with house.clinic.database.unit(SCOPE) as unit:
        return unit.connection.execute(sa.select(what).where(what.c.scope == SCOPE)).all()


def test_pieces_and_the_feed_behind_them_bring_what_pages_bring(full):
    phone = full.phone()
    page = page_of(phone)
    assert page.more and not page.rows and len(page.snapshot.segments) > 5
    put(full, 1, start=30)
    brought = {line[0]: line[6] for line in lines_of(phone, page)}
    cursors = {SCOPE: page.cursor}
    while (behind := page_of(phone, cursors)).rows or behind.more:
        brought |= {row.id: row.body for row in behind.rows}
        cursors[SCOPE] = behind.cursor
    paged, cursors = {}, {}
    while (one := page_of(phone, cursors, v=1)).rows:
        paged |= {row.id: row.body for row in one.rows}
        cursors[SCOPE] = one.cursor
    assert brought == paged and len(paged) >= 31


def test_version_one_and_a_scope_of_one_page_get_rows(full):
    phone = full.phone()
    assert page_of(phone, v=1).rows and not page_of(phone, v=1).snapshot
    page = page_of(phone, limit=8 << 20)
    assert page.rows and not page.snapshot and not page.more


def test_the_same_pieces_are_handed_to_every_device_until_much_has_changed(full):
    mine, yours = full.phone(), full.phone()
    first = page_of(mine)
    assert page_of(yours) == first == page_of(mine)
    put(full, 9, start=100)
    with full.clinic.database.unit(SCOPE) as unit:
        assert snapshots(full, changes=0).ready(unit) is None
        assert snapshots(full, changes=9).ready(unit)


def test_whoever_is_past_the_beginning_gets_rows(full):
    phone = full.phone()
    cursor = page_of(phone).cursor
    put(full, 30, start=100)
    page = page_of(phone, {SCOPE: cursor})
    assert page.rows and page.more and not page.snapshot


def test_nothing_of_a_patient_can_be_read_in_the_table(full):
    phone = full.phone()
    page_of(phone)
    kept = table(full, segment)
    seal = Seal(full.clinic.keys().pepper, "evenkeel segments 1")
    assert kept and not any(WORD.encode() in one.sealed for one in kept)
    for one in kept:
        plain = seal.open(one.sealed, f"{SCOPE}\n{one.hash}")
        assert WORD in str(unpack(plain, one.hash))
        assert seal.open(one.sealed, f"patient:pb\n{one.hash}") is None
        assert seal.open(one.sealed[:-1] + bytes([one.sealed[-1] ^ 1]), f"{SCOPE}\n{one.hash}") is None


def test_a_piece_is_handed_to_nobody_without_a_grant(full):
    full.patient("pb", "Zebulon")
    mine, theirs = full.phone(), full.phone("pb")
    name = page_of(mine).snapshot.segments[0].hash
    refused = fetch(theirs, name)
    assert (refused.status_code, refused.json()) == (404, {"error": "no_segment"})
    assert fetch(theirs, "0" * 64).content == refused.content
    assert mine.call("/v1/segment", {"hash": name}).status_code == 401
    assert mine.call("/v1/segment", {"hash": name.upper()}, mine.bearer).status_code == 422
    full.clinic.revoke(mine.id)
    assert fetch(mine, name).status_code == 401


def test_a_lost_or_spoiled_piece_costs_the_snapshot_and_the_next_device_gets_another(full):
    phone = full.phone()
    page = page_of(phone)
    names = [part.hash for part in page.snapshot.segments]
    with full.clinic.database.unit(SCOPE, write=True) as unit:
        spoil = sa.update(segment).where(segment.c.scope == SCOPE, segment.c.hash == names[0])
        unit.connection.execute(spoil.values(sealed=b"nonsense" * 9))
    assert fetch(phone, names[0]).status_code == 404
    assert not table(full, snapshot)
    again = page_of(phone)
    assert len(lines_of(phone, again)) == sum(part.rows for part in page.snapshot.segments)


def test_a_scope_that_began_another_life_or_rose_above_it_is_cut_anew(full):
    cutter = snapshots(full)
    first = cutter.make(SCOPE)
    with full.clinic.database.unit(SCOPE, write=True) as unit:
        assert cutter.ready(unit) == first
        new_epoch(unit)
        assert cutter.ready(unit) is None
    second = cutter.make(SCOPE)
    assert (second.seq, len(table(full, snapshot))) == (first.seq, 2)


def test_yesterdays_snapshots_go_and_their_pieces_with_them(full):
    cutter = snapshots(full, changes=0)
    cutter.make(SCOPE)
    before = {one.hash for one in table(full, segment)}
    full.clock.pass_(milliseconds=GRACE_MS + 1)
    for start in (30, 60):
        put(full, 30, start)
        cutter.make(SCOPE)
    kept = {one.hash for one in table(full, segment)}
    named = "".join(one.segments for one in table(full, snapshot))
    assert kept and all(name in named for name in kept) and before - kept


LINES = [(f"d{n}", "record", f"e.{n}", n, n % 7 == 0, 1, f'{{"n":"{"x" * (n % 50)}"}}') for n in range(500)]


@pytest.mark.parametrize("sizes", [Sizes(raw=1), Sizes(raw=3000), Sizes(packed=200), Sizes()])
def test_any_sizes_bring_every_row_in_order(sizes):
    pieces = list(cut_up(iter(LINES), sizes))
    assert [line for data, _ in pieces for line in unpack(data, name_of(data))] == LINES
    assert all(len(data) <= sizes.packed or rows == 1 for data, rows in pieces)


def test_a_row_bigger_than_a_piece_travels_alone():
    big = ("big", "record", "e.9", 9, False, 1, "y" * 5000)
    for sizes in (Sizes(raw=1000), Sizes(packed=4000)):
        pieces = list(cut_up([*LINES[:3], big, *LINES[3:5]], sizes))
        assert [rows for _, rows in pieces] == [3, 1, 2]


def test_bytes_under_another_name_are_nothing():
    data = pack(LINES, 3)
    assert unpack(data, name_of(data)) == LINES
    assert unpack(data, "0" * 64) is None
    for nonsense in (b"", b"nonsense", pack([("a", 1)], 3), bomb()):
        assert unpack(nonsense, name_of(nonsense)) is None


def bomb():
    import zstandard

    return zstandard.ZstdCompressor(level=1).compress(bytes(MOST + 1))


def test_mutations_are_judged_while_a_first_download_begins(full):
    phone = full.phone()
    answer = phone.post({"v": 2, "limit": LIMIT, "mutations": [mood().model_dump()]})
    reply = Reply.model_validate_json(answer.content)
    assert reply.verdicts[0].status == "ok" and reply.pages[0].snapshot
