"""Two devices that are in use: what one says the other shows, and nothing else than a change makes them talk."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from app.features.mood.commands import log_mood
from app.store import states
from sync.client.link import Link, Work, word_for
from sync.client.schedule import HOLD
from sync.models import MoodEntry, Record, new_id
from sync.protocol import errors
from sync.protocol.wire import Exchange, Reply
from sync.server.clinic import Clinic
from sync.server.snapshots import Sizes
from tests.conftest import ROSA, Phone, Wire, bundle

SOON = 20.0
"""For a busy machine; every wait below ends by an event, not by time."""


async def until(true: Callable[[], Any]) -> None:
    """Until it is true."""
    async with asyncio.timeout(SOON):
        while not true():
            await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def in_use(*phones: Phone) -> AsyncIterator[None]:
    """These devices keep in touch by themselves, and have begun to wait."""
    for phone in phones:
        phone.app.start()
    await until(lambda: phones[0].clinic.database.hints.holds == len(phones))
    try:
        yield
    finally:
        for phone in phones:
            phone.app.lock()
        await asyncio.sleep(0)


def requests(phone: Phone) -> int:
    """How many requests this device has made."""
    assert phone.app.engine
    return phone.app.engine.transport.traffic.requests


async def test_what_one_device_says_the_other_shows_without_being_asked(phone: Phone, tablet: Phone) -> None:
    async with in_use(phone, tablet):
        log_mood(phone.app, 4, "seen on the tablet")
        await until(lambda: [m.note for m in tablet.store.find(MoodEntry)] == ["seen on the tablet"])
        assert phone.app.link.word == tablet.app.link.word == "up-to-date"


async def test_a_tap_interrupts_the_hold_and_goes_out_at_once(phone: Phone) -> None:
    async with in_use(phone):
        before, begun = requests(phone), time.perf_counter()
        entry = log_mood(phone.app, 4)
        await until(lambda: states.word_of(phone.store, entry.id) == "held")
        assert time.perf_counter() - begun < SOON < HOLD + 1
        assert requests(phone) - before <= 3
        await until(lambda: phone.clinic.database.hints.holds == 1)


async def test_nothing_new_is_one_request_for_as_long_as_it_is_held(phone: Phone) -> None:
    async with in_use(phone):
        before = requests(phone)
        await asyncio.sleep(1.5)
        assert requests(phone) == before


async def test_access_that_ends_while_waiting_is_said_at_once(phone: Phone) -> None:
    async with in_use(phone):
        await asyncio.to_thread(phone.clinic.revoke, phone.app.credentials().device)
        await until(lambda: phone.app.link.word == "ended")
        assert len(phone.store.find(Record)) == 4


async def test_a_clinic_that_stops_is_no_trouble_until_it_cannot_be_reached(phone: Phone, wire: Wire) -> None:
    phone.app._schedule.chance = lambda: 0.0
    async with in_use(phone):
        wire.up = False
        phone.clinic.database.hints.release()
        await asyncio.sleep(0.05)
        assert phone.app.link.word == "up-to-date"
        phone.app.wake()
        await until(lambda: phone.app.link.word == "offline")
        wire.up = True
        await until(lambda: phone.app.link.word == "up-to-date")


async def test_a_clinic_that_does_not_hold_is_not_hammered(
    new_phone: Any, clinic: Clinic, wire: Wire
) -> None:
    clinic.database.hints.mode = "off"
    device = await new_phone("phone").enrol()
    await device.sync()
    device.app.start()
    before = requests(device)
    await asyncio.sleep(1.5)
    assert requests(device) - before <= 2
    device.app.lock()
    await asyncio.sleep(0)


async def test_a_device_out_of_sight_lets_go_and_asks_again_when_it_is_back(phone: Phone) -> None:
    async with in_use(phone):
        phone.app.consider(seen=False)
        await until(lambda: phone.clinic.database.hints.holds == 0)
        before = requests(phone)
        await asyncio.sleep(0.3)
        assert requests(phone) == before
        phone.app.consider(seen=True)
        await until(lambda: requests(phone) > before and phone.clinic.database.hints.holds == 1)


@pytest.mark.parametrize("what", ["metered", "low"])
async def test_where_bytes_or_power_are_short_nothing_is_held_but_a_tap_still_goes_out(
    phone: Phone, what: str
) -> None:
    async with in_use(phone):
        phone.app.consider(**{what: True})
        await until(lambda: phone.clinic.database.hints.holds == 0)
        entry = log_mood(phone.app, 3)
        await until(lambda: states.word_of(phone.store, entry.id) == "held")
        assert phone.clinic.database.hints.holds == 0


async def test_working_offline_on_purpose_ends_the_hold(phone: Phone) -> None:
    async with in_use(phone):
        phone.app.change_settings(offline=True)
        await until(lambda: phone.clinic.database.hints.holds == 0)
        assert phone.app.link.word == "paused"
        phone.app.change_settings(offline=False)
        await until(lambda: phone.clinic.database.hints.holds == 1)


class Cutting:
    """A network that lets plain requests through and cuts what is held."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.cuts = inner, 0
        self.credentials, self.traffic = inner.credentials, inner.traffic

    async def exchange(self, exchange: Exchange) -> Reply:
        if exchange.wait:
            self.cuts += 1
            raise errors.Unwell()
        reply: Reply = await self.inner.exchange(exchange)
        return reply

    async def close(self) -> None:
        await self.inner.close()


async def test_a_network_that_cuts_what_is_held_never_shows_as_trouble(phone: Phone) -> None:
    assert phone.app.engine
    words: list[str] = []
    phone.app.link.listen(lambda: words.append(phone.app.link.word))
    cutting = Cutting(phone.app.engine.transport)
    phone.app.engine.transport = cutting  # type: ignore[assignment]
    phone.app._schedule.chance = lambda: 0.0
    before = requests(phone)
    phone.app.start()
    await until(lambda: cutting.cuts == 1)
    await until(lambda: requests(phone) - before == 2)
    await asyncio.sleep(0.3)
    assert set(words) <= {"working", "up-to-date"}
    assert (cutting.cuts, requests(phone) - before) == (1, 2)
    phone.app.lock()
    await asyncio.sleep(0)


# --- long work


def heard(link: Link) -> list[tuple[str, Work | None]]:
    """Everything the line says from now on."""
    said: list[tuple[str, Work | None]] = []
    link.listen(lambda: said.append((link.word, link.work)))
    return said


async def test_sending_much_is_told_and_stops_behind_the_piece_in_hand(phone: Phone) -> None:
    at = phone.app.now()
    with phone.store.db.atomic():
        for number in range(1200):
            phone.store.put(MoodEntry(id=new_id(at), felt_at=at, score=1 + number % 5))
    said = heard(phone.app.link)
    engine = phone.app.engine
    assert engine

    def stop_once() -> None:
        if phone.app.link.work == Work("sending", 500, 1200):
            phone.app.stop_work()

    end = phone.app.link.listen(stop_once)
    phone.app.start()
    await until(lambda: states.unsent(phone.store) == 200)
    await until(lambda: not engine._due)
    await asyncio.sleep(0.05)
    assert ("working", Work("sending", 0, 1200)) in said and ("working", Work("sending", 500, 1200)) in said
    assert phone.app.link.word == "stopped" and states.unsent(phone.store) == 200
    end()
    phone.app.go_on()
    await until(lambda: states.unsent(phone.store) == 0 and phone.app.link.word == "up-to-date")
    assert phone.app.link.work is None
    phone.app.lock()
    await asyncio.sleep(0)


async def test_a_first_record_can_be_stopped_what_is_here_stays_and_a_new_word_still_goes_out(
    new_phone: Any, clinic: Clinic, tmp_path: Path
) -> None:
    (file := tmp_path / "more.json").write_text(bundle(count=40))
    clinic.import_paths([file])
    clinic.snapshots(Sizes(raw=1500)).make(f"patient:{ROSA}")
    device: Phone = await new_phone("phone").enrol()
    engine = device.app.engine
    assert engine
    engine.limit = 1
    said = heard(device.app.link)

    def stop_once() -> None:
        if device.app.link.work and device.app.link.work.done >= 2:
            device.app.stop_work()

    end = device.app.link.listen(stop_once)
    device.app.start()
    await until(lambda: device.app.link.word == "stopped" and not engine.count())
    await asyncio.sleep(0.05)
    here = len(device.store.rows("SELECT 1 FROM docs"))
    assert 2 <= here < 20 and device.app.link.work and device.app.link.work.what == "getting"
    end()
    entry = log_mood(device.app, 5)
    await until(lambda: states.word_of(device.store, entry.id) in ("sent", "held"))
    await until(lambda: device.app.link.word == "stopped")
    device.app.go_on()
    await until(lambda: device.app.link.word == "up-to-date")
    assert len(device.store.find(Record)) == 41
    assert all(work.what == "getting" for _, work in said if work)
    device.app.lock()
    await asyncio.sleep(0)


async def test_stopped_work_begins_again_with_the_app(new_phone: Any) -> None:
    device: Phone = await new_phone("phone").enrol()
    engine = device.app.engine
    assert engine
    engine.limit = 1
    device.app.link.listen(lambda: device.app.stop_work())
    device.app.start()
    await until(lambda: device.app.link.word == "stopped")
    await device.restart()
    device.app.start()
    await until(lambda: device.app.link.word == "up-to-date")
    assert len(device.store.find(Record)) == 4


async def test_stopping_nothing_changes_nothing(phone: Phone) -> None:
    phone.app.stop_work()
    assert phone.app.link.word != "stopped"


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (errors.Offline(), "offline"),
        (errors.NotTheClinic(), "stranger"),
        (errors.Unauthorised(), "sign-in"),
        (errors.Revoked(), "ended"),
        (errors.ReportedLost("n"), "ended"),
        (errors.Erased(), "paused"),
        (errors.TooOld(1), "too-old"),
        (errors.TooNew(3), "too-new"),
        (errors.Unwell(), "unwell"),
        (KeyError("x"), "trouble"),
    ],
)
def test_every_fault_has_its_word(error: Exception, word: str) -> None:
    assert word_for(error) == word
