"""From a tap to another device: the real app, the real store, the real API; only the socket is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.features.mood.commands import log_mood
from app.store import states
from sync.models import MoodEntry, Record
from sync.protocol.errors import BadCode, Offline, Revoked
from tests.conftest import PASSCODE, SERVER, Phone, Wire


async def test_the_whole_record_is_there_after_the_first_sync(phone: Phone) -> None:
    person = phone.app.person
    assert person and person.given == "Rosa"
    titles = {row.title for row in phone.store.find(Record) if row.type == "Observation"}
    assert titles == {"Haemoglobin A1c"} and len(phone.store.find(Record)) == 4


async def test_nothing_to_do_costs_one_request(phone: Phone) -> None:
    before = phone.app.engine.transport.traffic.requests  # type: ignore[union-attr]
    outcome = await phone.sync()
    assert (outcome.received, outcome.sent) == (0, 0)
    assert phone.app.engine.transport.traffic.requests == before + 1  # type: ignore[union-attr]


async def test_a_mood_logged_offline_reaches_the_other_device_once(
    phone: Phone, tablet: Phone, wire: Wire
) -> None:
    wire.up = False
    entry = log_mood(phone.app, 4, "better")
    with pytest.raises(Offline):
        await phone.sync()
    assert states.word_of(phone.store, entry.id) == "waiting"
    wire.up = True
    await phone.sync()
    await phone.sync()
    await tablet.sync()
    assert states.word_of(phone.store, entry.id) == "held"
    assert [(m.id, m.score, m.note) for m in tablet.store.find(MoodEntry)] == [(entry.id, 4, "better")]


async def test_what_was_written_survives_a_restart_before_it_was_sent(phone: Phone, wire: Wire) -> None:
    wire.up = False
    entry = log_mood(phone.app, 2)
    await phone.restart()
    assert states.word_of(phone.store, entry.id) == "waiting"
    wire.up = True
    await phone.sync()
    assert states.word_of(phone.store, entry.id) == "held"


async def test_a_reply_that_never_arrives_doubles_nothing(phone: Phone, tablet: Phone, wire: Wire) -> None:
    entry = log_mood(phone.app, 3)
    sent = phone.store.pending(9)
    engine = phone.app.engine
    assert engine
    from sync.protocol.wire import Exchange

    await engine.transport.exchange(Exchange(cursors=dict(phone.store.cursors()), mutations=list(sent)))
    await phone.sync()
    await tablet.sync()
    assert states.word_of(phone.store, entry.id) == "held"
    assert len(tablet.store.find(MoodEntry)) == len(phone.store.find(MoodEntry)) == 1


async def test_one_patient_never_sees_another(new_phone: Callable[[str], Phone], phone: Phone) -> None:
    log_mood(phone.app, 1, "planted sentence")
    await phone.sync()
    other = await new_phone("marcus-phone").enrol("marcus")
    await other.sync()
    bodies = [row["body"] for row in other.store.rows("SELECT body FROM docs")]
    assert bodies and not any("planted" in body or "rosa" in body.lower() for body in bodies)


async def test_a_used_code_opens_nothing(new_phone: Callable[[str], Phone], phone: Phone) -> None:
    code, _ = phone.clinic.invite("rosa")
    await phone.app.enrol(SERVER, code, PASSCODE)
    with pytest.raises(BadCode):
        await new_phone("thief").app.enrol(SERVER, code, PASSCODE)


async def test_a_revoked_device_keeps_its_record_and_is_told(phone: Phone) -> None:
    phone.clinic.revoke(phone.app.credentials().device)
    log_mood(phone.app, 3)
    with pytest.raises(Revoked):
        await phone.sync()
    assert len(phone.store.find(Record)) == 4 and len(phone.store.pending(9)) == 1
