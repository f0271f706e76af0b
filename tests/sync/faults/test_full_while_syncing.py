"""The disk fills between the clinic's yes and the device's own note of it: the device asks again and hears the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.features.mood.commands import log_mood
from app.store import states
from sync.client.auth import Credentials
from sync.client.transport import Transport
from sync.models import MoodEntry
from sync.server.clinic import Clinic
from tests.conftest import Clock, Cut, Phone, Wire
from tests.sync.faults.checks import kept
from tests.sync.faults.small_disk import Disk, needs_root, small_disk

pytestmark = needs_root


class Filling(Wire):
    """The network; once the clinic has answered an exchange, something else takes all the room on the device."""

    disk: Disk
    fills = False

    def transport(self, credentials: Credentials, kept: object) -> Transport:
        """The way for one device."""
        way = Fills(self)
        return Transport(credentials, httpx.AsyncClient(transport=way), kept)  # type: ignore[arg-type]


class Fills(Cut):
    """The way that fills the disk behind an answer."""

    wire: Filling

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on; then fill."""
        response = await super().handle_async_request(request)
        if self.wire.fills and request.url.path == "/v1/sync":
            self.wire.disk.fill()
        return response


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of its own for the phone; the clinic has another."""
    yield from small_disk(tmp_path / "disk", "3m")


@pytest.fixture
async def full_phone(disk: Disk, clock: Clock, wire: Wire, clinic: Clinic) -> Phone:
    """Rosa's phone on the small disk, caught up."""
    road = Filling(wire.api)
    road.disk = disk
    phone = await Phone(disk.place / "phone", clock, road, clinic).enrol()
    await phone.sync()
    return phone


async def attempt(phone: Phone) -> str:
    """What the thin line says after one attempt."""
    assert phone.app.engine
    await phone.app.engine._attempt(0)
    return phone.app.link.word


async def test_what_the_clinic_took_is_asked_again_and_answered_the_same(
    full_phone: Phone, disk: Disk
) -> None:
    moods = [log_mood(full_phone.app, 3, f"before {number} " * 60) for number in range(5)]
    full_phone.wire.fills = True  # type: ignore[attr-defined]
    assert await attempt(full_phone) == "full"
    scope, url = full_phone.app.scope, f"sqlite:///{full_phone.clinic.database.file}"
    taken = kept(url, scope)
    assert {mood.id for mood in moods} <= taken.rows.keys(), "the clinic has them"
    assert {states.word_of(full_phone.store, mood.id) for mood in moods} == {"waiting"}, (
        "and nothing is claimed"
    )
    assert await attempt(full_phone) == "full", "still no room"
    full_phone.wire.fills = False  # type: ignore[attr-defined]
    disk.clear()
    assert await attempt(full_phone) == "up-to-date"
    assert kept(url, scope) == taken, "the same rows, the same verdicts"
    assert {states.word_of(full_phone.store, mood.id) for mood in moods} == {"held"}
    assert len(full_phone.store.find(MoodEntry)) == len(moods)
    full_phone.app.lock()


async def test_reading_goes_on_while_it_is_full(full_phone: Phone, disk: Disk) -> None:
    mood = log_mood(full_phone.app, 4)
    disk.fill()
    assert await attempt(full_phone) == "full"
    assert full_phone.app.person and [one.id for one in full_phone.store.find(MoodEntry)] == [mood.id]
    disk.clear()
    assert await attempt(full_phone) == "up-to-date"
    full_phone.app.lock()
