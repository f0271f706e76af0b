"""What a device keeps of files, what it lets go, and what it says when there is no room."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from app.core.errors import RuleBroken, StoreFull
from app.store import shelf, states
from app.store.shelf import Shelf
from sync.models.attachment import MAX_BYTES
from sync.protocol.attachments import PART
from sync.protocol.errors import Unwell
from sync.server.clinic import Clinic
from tests.conftest import Phone, Wire
from tests.sync.letters import Letter, fetched, files_of, named, paths, picture, write

BIG = picture(3 * PART + 77)


async def test_on_a_costly_connection_big_files_wait_until_asked_for(phone: Phone, tablet: Phone) -> None:
    huge, small = picture(5 * PART, 3), picture(500, 4)
    write(phone.store, huge, small)
    await phone.sync()
    await tablet.sync()
    (letter,) = tablet.store.find(Letter)
    assert tablet.app.engine and tablet.app.engine.carrier
    tablet.app.engine.carrier.metered = lambda: True
    for one in letter.attachments:
        shelf.keep(tablet.store, one)
    await tablet.sync()
    assert [shelf.where(tablet.store, one) for one in letter.attachments] == ["coming", "here"]
    assert await fetched(tablet, letter) == [huge, small]


async def test_only_what_can_be_fetched_again_makes_room(phone: Phone, tablet: Phone) -> None:
    kept, mine, first, second = (picture(PART, seed) for seed in (11, 12, 13, 14))
    write(phone.store, kept, first, second)
    await phone.sync()
    await tablet.sync()
    (letter,) = tablet.store.find(Letter)
    assert tablet.app.engine and tablet.app.engine.carrier
    tablet.app.engine.carrier.shelf = Shelf(tablet.store, budget=PART)
    shelf.keep(tablet.store, letter.attachments[0])
    unsent = write(tablet.store, mine)
    for one in letter.attachments:
        shelf.ask_for(tablet.store, one)
        tablet.clock.pass_(minutes=1)
        await tablet.sync()
    here = [shelf.where(tablet.store, one) for one in (*letter.attachments, *unsent.attachments)]
    assert here == ["here", "away", "here", "here"], (
        "what was made here stays for 30 days, what is kept for good"
    )
    tablet.clock.pass_(days=31)
    shelf.ask_for(tablet.store, letter.attachments[1])
    await tablet.sync()
    here = [shelf.where(tablet.store, one) for one in (*letter.attachments, *unsent.attachments)]
    assert here == ["here", "here", "away", "away"]


async def test_a_letter_taken_back_is_not_sent_and_its_file_goes_after_a_day(
    phone: Phone, wire: Wire
) -> None:
    wire.up = False
    letter = write(phone.store, BIG)
    phone.app.take_back(letter)
    wire.up = True
    asked = paths(wire)
    await phone.sync()
    assert asked == ["/v1/sync"], "what nobody says any more is not sent"
    phone.clock.pass_(days=2)
    phone.store.attach(b"another", "text/plain")
    assert not phone.store.rows("SELECT 1 FROM parts JOIN blobs ON blobs.n = blob WHERE size > 10")


async def test_access_that_ended_takes_files_along_but_not_those_that_were_never_sent(
    phone: Phone, tablet: Phone, clinic: Clinic
) -> None:
    write(phone.store, BIG)
    await phone.sync()
    unsent = write(phone.store, b"never sent")
    with clinic.database.directory(write=True) as connection:
        sql = "DELETE FROM access WHERE scope LIKE 'patient:%' AND device = :d"
        connection.execute(sa.text(sql), {"d": phone.app.credentials().device})
    await phone.sync()
    assert [r["hash"] for r in phone.store.rows("SELECT hash FROM blobs")] == [unsent.attachments[0].hash]
    assert len(phone.store.rows("SELECT 1 FROM parts")) == 1 and files_of(phone, unsent) == [b"never sent"]


async def test_the_same_file_twice_is_kept_once(phone: Phone) -> None:
    write(phone.store, BIG, BIG)
    await phone.sync()
    write(phone.store, BIG)
    await phone.sync()
    assert (
        len(phone.store.rows("SELECT 1 FROM blobs")) == 1
        and len(phone.store.rows("SELECT 1 FROM parts")) == 4
    )
    assert not phone.store.pending(1)


class Trickle(io.RawIOBase):
    """A stream that gives a little at a time."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, size: int = -1) -> bytes:
        given, self.data = self.data[: min(size, 70_001)], self.data[min(size, 70_001) :]
        return given


async def test_a_stream_is_attached_however_little_it_gives(phone: Phone) -> None:
    one = phone.store.attach(Trickle(BIG), "image/png")  # type: ignore[arg-type]
    assert one.hash == named(BIG).hash and b"".join(shelf.read(phone.store, one)) == BIG


@pytest.mark.parametrize("data", [b"", bytes(MAX_BYTES + 1)])
async def test_what_is_empty_or_too_big_is_said_at_once(phone: Phone, data: bytes) -> None:
    with pytest.raises(RuleBroken):
        phone.store.attach(data, "image/png")
    assert not phone.store.rows("SELECT 1 FROM parts")


async def test_a_device_without_room_says_so_and_goes_on_later(
    phone: Phone, tablet: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(phone.store, BIG)
    await phone.sync()
    await tablet.sync()
    (letter,) = tablet.store.find(Letter)
    (pages,) = tablet.store.db.execute("PRAGMA page_count").fetchone()
    tablet.store.db.execute(f"PRAGMA max_page_count = {pages + 100}")
    with pytest.raises(StoreFull):
        await fetched(tablet, letter)
    with pytest.raises(StoreFull):
        write(tablet.store, picture(4 * PART, 5))
    tablet.store.db.execute("PRAGMA max_page_count = 1000000")
    assert await fetched(tablet, letter) == [BIG]
    assert len(tablet.store.find(Letter)) == 1


async def test_a_clinic_without_room_is_unwell_and_goes_on_later(phone: Phone, clinic: Clinic) -> None:
    letter = write(phone.store, BIG)

    with clinic.database.directory() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 80}")

    sa.event.listen(clinic.database.engine, "begin", limit)
    with pytest.raises(Unwell):
        await phone.sync()
    sa.event.remove(clinic.database.engine, "begin", limit)
    clinic.database.dispose()
    await phone.sync()
    assert states.word_of(phone.store, letter.id) == "sent"
