"""Files of documents between real devices and the real clinic: never lost, never in the way, never half there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.errors import NotThere
from app.features.mood.commands import log_mood
from app.store import shelf, states
from sync.client.link import Work
from sync.models.attachment import attachments_in
from sync.protocol.attachments import PART
from sync.protocol.errors import Offline
from sync.server.clinic import Clinic
from sync.server.ledger import new_epoch
from tests.conftest import Phone, Wire
from tests.sync.letters import Letter, cut_after, fetched, files_of, paths, picture, write

BIG = picture(3 * PART + 77)


async def test_a_letter_with_files_reaches_the_tablet_byte_by_byte(phone: Phone, tablet: Phone) -> None:
    letter = write(phone.store, BIG, picture(10, 2))
    await phone.sync()
    assert not phone.store.pending(1) and states.word_of(phone.store, letter.id) == "sent"
    await tablet.sync()
    (come,) = tablet.store.find(Letter)
    assert [shelf.where(tablet.store, one) for one in come.attachments] == ["away", "away"]
    assert await fetched(tablet, come) == [BIG, picture(10, 2)]
    assert shelf.where(tablet.store, come.attachments[0]) == "here"


async def test_words_go_before_bytes_and_do_not_wait_behind_them(phone: Phone, wire: Wire) -> None:
    write(phone.store, BIG)
    mood = log_mood(phone.app, 4)
    asked = paths(wire)
    await phone.sync()
    assert asked[:2] == ["/v1/sync", "/v1/blobs/offer"] and asked[-1] == "/v1/sync"
    assert asked.count("/v1/blobs/part") == 4 and asked.count("/v1/sync") == 2
    assert states.word_of(phone.store, mood.id) == "held"


async def test_a_big_file_shows_how_far_it_is_and_can_be_stopped(phone: Phone) -> None:
    write(phone.store, BIG)
    said: list[Work] = []

    def look() -> None:
        if work := phone.app.link.work:
            said.append(work)
            if work.done == 2 * PART:
                phone.app.stop_work()

    phone.app.link.listen(look)
    assert phone.app.engine
    await phone.app.engine._attempt()
    assert said[0] == Work("sending_files", 0, len(BIG)) and phone.app.link.word == "stopped"
    await phone.app.engine._attempt()
    assert phone.app.link.word == "stopped" and phone.app.link.work == Work(
        "sending_files", 2 * PART, len(BIG)
    )
    phone.app.go_on()
    await phone.app.engine._attempt()
    assert (phone.app.link.word, phone.app.link.work) == ("up-to-date", None) and not phone.store.pending(1)


async def test_what_goes_in_one_request_shows_no_bar(phone: Phone) -> None:
    write(phone.store, picture(PART))
    said: list[Work | None] = []
    phone.app.link.listen(lambda: said.append(phone.app.link.work))
    assert phone.app.engine
    await phone.app.engine._attempt()
    assert said and not any(said) and not phone.store.pending(1)


async def test_what_is_made_upon_a_waiting_letter_waits_and_the_rest_goes(phone: Phone, wire: Wire) -> None:
    letter = write(phone.store, BIG)
    phone.store.put(letter.model_copy(update={"text": "edited"}))
    mood = log_mood(phone.app, 4)
    assert [one.id for one in phone.store.pending(9)] == [mood.id]
    assert set(shelf.held_back(phone.store).values()) == {"going"} and len(shelf.held_back(phone.store)) == 2
    await phone.sync()
    assert not phone.store.rows("SELECT * FROM outbox") and not shelf.held_back(phone.store)
    assert phone.store.find(Letter)[0].text == "edited"


async def test_an_upload_that_was_cut_sends_at_most_one_part_again(phone: Phone, wire: Wire) -> None:
    write(phone.store, BIG)
    cut_after(wire, 3)  # exchange, offer, a part; the answer to the second part is lost
    with pytest.raises(Offline):
        await phone.sync()
    await phone.restart()
    asked = paths(wire)
    await phone.sync()
    assert asked.count("/v1/blobs/part") == 2, "it goes on behind what the clinic has"
    assert not phone.store.pending(1)


async def test_a_download_that_was_cut_goes_on_where_it_was(phone: Phone, tablet: Phone, wire: Wire) -> None:
    huge = picture(9 * PART)
    write(phone.store, huge)
    await phone.sync()
    await tablet.sync()
    (letter,) = tablet.store.find(Letter)
    shelf.ask_for(tablet.store, letter.attachments[0])
    cut_after(wire, 2)
    with pytest.raises(Offline):
        await tablet.sync()
    assert shelf.where(tablet.store, letter.attachments[0]) == "coming"
    with pytest.raises(NotThere):
        shelf.read(tablet.store, letter.attachments[0])
    await tablet.restart()
    asked = paths(wire)
    await tablet.sync()
    assert asked.count("/v1/blobs/fetch") == 2 and files_of(tablet, letter) == [huge]


async def test_a_letter_and_its_file_are_one_write(phone: Phone) -> None:
    with pytest.raises(RuntimeError), phone.store.together():
        write(phone.store, BIG)
        raise RuntimeError
    for table in ("docs WHERE kind = 'letter'", "outbox", "blobs", "parts"):
        assert not phone.store.rows(f"SELECT 1 FROM {table}")


async def test_listeners_hear_of_it_once_and_when_it_is_whole(phone: Phone) -> None:
    heard: list[frozenset[str]] = []
    phone.store.listen({"letter", "mood"}, heard.append)
    with phone.store.together():
        write(phone.store, BIG)
        log_mood(phone.app, 4)
        assert not heard
    assert heard == [frozenset({"letter", "mood"})]


async def test_a_clinic_that_forgot_the_bytes_gets_them_again(
    phone: Phone, clinic: Clinic, tablet: Phone
) -> None:
    write(phone.store, BIG, text="before")
    await phone.sync()
    letter = phone.store.find(Letter)[0]
    with clinic.database.unit(phone.app.scope, write=True) as unit:
        for table in ("blob", "blob_part", '"row"', "history", "applied"):
            unit.connection.exec_driver_sql(f"DELETE FROM {table} WHERE {table}.scope LIKE 'patient:%'")
        unit.connection.execute(sa.text("UPDATE scope SET head = 0"))
        new_epoch(unit)
    await phone.sync()
    await tablet.sync()
    assert await fetched(tablet, letter) == [BIG]
    assert not phone.store.pending(1) and not phone.store.rows("SELECT * FROM outbox")


async def test_an_edit_by_a_device_without_the_bytes_waits_until_another_brings_them(
    phone: Phone, tablet: Phone, clinic: Clinic
) -> None:
    write(phone.store, BIG)
    await phone.sync()
    await tablet.sync()
    tablet.store.put(tablet.store.find(Letter)[0].model_copy(update={"text": "from the tablet"}))
    with clinic.database.unit(phone.app.scope, write=True) as unit:
        for table in ("blob", "blob_part", '"row"', "history", "applied"):
            unit.connection.exec_driver_sql(f"DELETE FROM {table} WHERE {table}.scope LIKE 'patient:%'")
        new_epoch(unit)
    mood = log_mood(tablet.app, 4)
    await tablet.sync()
    assert list(shelf.held_back(tablet.store).values()) == ["absent"], "it says that the file is not here"
    assert states.word_of(tablet.store, mood.id) == "held"
    await phone.sync()
    await tablet.sync()
    assert not shelf.held_back(tablet.store) and not tablet.store.pending(1)
    await phone.sync()
    assert "from the tablet" in {one.text for one in phone.store.find(Letter)}


async def test_a_full_record_at_the_clinic_is_said_and_nothing_is_lost(
    phone: Phone, clinic: Clinic, wire: Wire
) -> None:
    letter = write(phone.store, BIG)
    with clinic.database.unit(phone.app.scope, write=True) as unit:
        sql = "INSERT INTO blob VALUES (:s, 'much', 3000000000, 0, 1, 'd', 0)"
        unit.connection.execute(sa.text(sql), {"s": phone.app.scope})
    await phone.sync()
    assert list(shelf.held_back(phone.store).values()) == ["full"]
    with clinic.database.unit(phone.app.scope, write=True) as unit:
        unit.connection.exec_driver_sql("DELETE FROM blob")
    await phone.sync()
    assert states.word_of(phone.store, letter.id) == "sent"


async def test_a_file_that_came_wrong_is_dropped_and_said(phone: Phone, tablet: Phone, wire: Wire) -> None:
    write(phone.store, BIG)
    await phone.sync()
    await tablet.sync()
    (letter,) = tablet.store.find(Letter)
    (one,) = letter.attachments
    shelf.ask_for(tablet.store, one)
    api = wire.api

    async def wrong(scope, receive, send):  # type: ignore[no-untyped-def]
        async def changed(message):  # type: ignore[no-untyped-def]
            if scope["path"] == "/v1/blobs/fetch" and len(message.get("body", b"")) > 5:
                message = {**message, "body": bytes(5) + message["body"][5:]}
            await send(message)

        await api(scope, receive, changed)  # type: ignore[misc]

    wire.api = wrong
    await tablet.sync()
    assert shelf.where(tablet.store, one) == "damaged"
    wire.api = api
    assert await fetched(tablet, letter) == [BIG]


async def test_a_file_the_clinic_lost_is_asked_for_until_it_is_there(
    phone: Phone, tablet: Phone, clinic: Clinic
) -> None:
    write(phone.store, BIG)
    await phone.sync()
    await tablet.sync()
    (letter,) = tablet.store.find(Letter)
    with clinic.database.unit(phone.app.scope, write=True) as unit:
        unit.connection.exec_driver_sql("DELETE FROM blob")
        unit.connection.exec_driver_sql("DELETE FROM blob_part")
    with pytest.raises(NotThere):
        await fetched(tablet, letter)
    assert shelf.where(tablet.store, letter.attachments[0]) == "absent"
    with clinic.database.unit(phone.app.scope, write=True) as unit:
        new_epoch(unit)
    await phone.sync()
    await tablet.sync()
    assert files_of(tablet, letter) == [BIG]


@pytest.mark.parametrize(
    "body", ["{}", "[]", '{"attachments":1}', '{"attachments":[1,{"hash":"x"}]}', "null"]
)
def test_other_shapes_name_no_files(body: str) -> None:
    assert attachments_in(body) == []
