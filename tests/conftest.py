"""The only fixtures a new test needs: a clock, a clinic (the real API without a socket), phones that belong to it.

async def test_a_mood_logged_offline_reaches_the_tablet(phone, tablet):
    log_mood(phone.app, 4)
    await phone.sync()
    await tablet.sync()
    assert tablet.store.find(MoodEntry)[0].score == 4
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.context import App
from app.household import Household, open_household
from app.main import make_app
from app.store import Store
from app.vault import Vault
from sync.client.auth import Credentials
from sync.client.engine import Outcome
from sync.client.transport import Transport
from sync.server.api import create_app
from sync.server.clinic import Clinic

PASSCODE = "135790"
SERVER = "https://clinic.test"
ROSA = "rosa"
ZONE = ZoneInfo("America/Chicago")


class Clock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        """Let time pass: clock.pass_(hours=1)."""
        self.now += timedelta(**span)


class Wire:
    """The network between phones and the clinic: the real API in process, or nothing at all."""

    def __init__(self, api: Callable[..., object]) -> None:
        self.api, self.up = api, True

    def transport(self, credentials: Credentials, kept: Callable[[Credentials], None]) -> Transport:
        """A way to the clinic that needs no socket and can be cut."""
        return Transport(credentials, httpx.AsyncClient(transport=Cut(self)), kept)


class Cut(httpx.AsyncBaseTransport):
    """Fails like a dead network while the wire is down."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, or fail."""
        if not self.wire.up:
            raise httpx.ConnectError("the wire is down")
        inner = httpx.ASGITransport(app=self.wire.api)  # type: ignore[arg-type]
        return await inner.handle_async_request(request)


class Phone:
    """A real device: real vault, real encrypted store on disk, the real app, the real API; no window, no socket."""

    def __init__(self, folder: Path, clock: Clock, wire: Wire, clinic: Clinic) -> None:
        self.folder, self.clinic, self.wire = folder, clinic, wire
        self.app = self._make(clock)
        self.clock = clock

    def _make(self, clock: Clock) -> App:
        vault = Vault(self.folder, fast=True)
        return make_app(self.folder, now=clock, transport=self.wire.transport, vault=vault, zone=ZONE)

    @property
    def store(self) -> Store:
        """The store of the app."""
        return self.app.store

    async def enrol(self, patient: str = ROSA, label: str = "Phone") -> Phone:
        """Join the clinic for this patient, with a fresh code."""
        code, _expires = self.clinic.invite(patient)
        await self.app.enrol(SERVER, code, PASSCODE, label)
        return self

    async def sync(self) -> Outcome:
        """One whole conversation with the clinic."""
        assert self.app.engine
        return await self.app.engine.sync_once()

    async def restart(self) -> None:
        """The process ends without a word and the patient opens the app again."""
        self.app.lock()
        self.app = self._make(self.clock)
        await self.app.unlock(PASSCODE)


def bundle(patient: str = ROSA, name: str = "Rosa", count: int = 3) -> str:
    """A small FHIR Bundle: one patient and a few results."""
    who = {"resourceType": "Patient", "id": patient, "birthDate": "1959-06-17"}
    who["name"] = [{"given": [name], "family": "Marin"}]  # type: ignore[assignment]
    entries = [{"resource": who}]
    for number in range(count):
        entries.append(
            {"resource": result(patient, f"{patient}-a1c-{number}", 6.0 + number / 2, 2024 + number)}
        )
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def result(patient: str, id: str, value: float, year: int) -> dict[str, object]:
    """An A1c result with a reference range."""
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}], "text": "Haemoglobin A1c"},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"{year}-03-01",
        "valueQuantity": {"value": value, "unit": "%"},
        "referenceRange": [{"low": {"value": 4.0}, "high": {"value": 5.6}}],
    }


@pytest.fixture
def clock() -> Clock:
    """Ten in the morning of a Tuesday."""
    return Clock(datetime(2026, 6, 2, 15, 0, tzinfo=UTC))


@pytest.fixture
def clinic(tmp_path: Path, clock: Clock) -> Iterator[Clinic]:
    """The clinic on SQLite, with Rosa and Marcus in it."""
    clinic = Clinic(f"sqlite:///{tmp_path / 'clinic.db'}", clock=clock, fast=True)
    clinic.migrate()
    for patient, name in ((ROSA, "Rosa"), ("marcus", "Marcus")):
        file = tmp_path / f"{patient}.json"
        file.write_text(bundle(patient, name))
        clinic.import_paths([file])
    yield clinic
    clinic.dispose()


@pytest.fixture
def wire(clinic: Clinic) -> Wire:
    """The network; `wire.up = False` cuts it."""
    return Wire(create_app(clinic, log=lambda _: None))


@pytest.fixture
def new_phone(tmp_path: Path, clock: Clock, wire: Wire, clinic: Clinic) -> Iterator[Callable[[str], Phone]]:
    """Makes a device by name; all are closed at the end."""
    made: list[Phone] = []

    def make(name: str) -> Phone:
        made.append(Phone(tmp_path / name, clock, wire, clinic))
        return made[-1]

    yield make
    for phone in made:
        phone.app.lock()


@pytest.fixture
async def phone(new_phone: Callable[[str], Phone]) -> Phone:
    """Rosa's phone, enrolled and caught up."""
    device = await new_phone("phone").enrol()
    await device.sync()
    return device


@pytest.fixture
async def tablet(new_phone: Callable[[str], Phone]) -> Phone:
    """Rosa's tablet, enrolled and caught up."""
    device = await new_phone("tablet").enrol(label="Tablet")
    await device.sync()
    return device


class Family:
    """A shared tablet: Rosa's record and one for Marcus, each with a passcode and a clinic's access of their own."""

    PASSCODES: ClassVar[dict[str, str]] = {ROSA: PASSCODE, "marcus": "424242"}

    def __init__(self, folder: Path, clock: Clock, wire: Wire, clinic: Clinic) -> None:
        self.folder, self.clock, self.wire, self.clinic = folder, clock, wire, clinic
        self.home = self.open()

    def make(self, folder: Path) -> App:
        """The app on one person's folder."""
        vault = Vault(folder, fast=True)
        return make_app(folder, now=self.clock, transport=self.wire.transport, vault=vault, zone=ZONE)

    def open(self) -> Household:
        """The household as a process finds it when it starts."""
        return open_household(self.folder, self.make)

    async def join(self, patient: str) -> None:
        """The record in view belongs to this patient from now on, and has been fetched."""
        code, _expires = self.clinic.invite(patient)
        await self.home.app.enrol(SERVER, code, self.PASSCODES[patient])
        assert self.home.app.engine
        await self.home.app.engine.sync_once()

    async def unlock(self, patient: str) -> None:
        """Open the record in view with this patient's passcode."""
        await self.home.app.unlock(self.PASSCODES[patient])

    def id(self, name: str) -> str:
        """The id of the person of this name."""
        return next(one.id for one in self.home.members() if one.name == name)

    def restart(self) -> None:
        """The process ends and starts again."""
        self.home.close()
        self.home = self.open()


@pytest.fixture
async def family(tmp_path: Path, clock: Clock, wire: Wire, clinic: Clinic) -> AsyncIterator[Family]:
    """Rosa and Marcus on one tablet; both locked, his lock in view."""
    found = Family(tmp_path / "tablet", clock, wire, clinic)
    await found.join(ROSA)
    found.home.rename("Rosa")
    found.home.add("Marcus")
    await found.join("marcus")
    found.home.settle()
    found.home.app.lock()
    yield found
    found.home.close()
