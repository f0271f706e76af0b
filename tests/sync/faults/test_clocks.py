"""Devices in 1970, in 2099 and with a clock that jumps, before a real server: they sign in, and the clinic orders."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.sync.faults import checks
from tests.sync.faults.device import PASSCODE, Draft, clock, open_app
from tests.sync.faults.processes import Device, begun
from tests.sync.faults.ward import Ward, open_ward

SEED = 1970
YEARS = ("1970", "2099", "jumping")


def edit(device: Device, year: str, text: str) -> None:
    """Catch up, put this text into the one draft they share, and send it."""

    async def converse() -> None:
        app = open_app(device.folder, clock(year, random.Random(year)))
        await app.unlock(PASSCODE)
        assert app.engine
        await app.engine.sync_once()
        app.store.put(Draft(id="shared", text=text))
        await app.engine.sync_once()
        await app.engine.transport.close()
        app.lock()

    asyncio.run(converse())


def shared(ward: Ward) -> str:
    """The draft as the clinic holds it now."""
    body: str = checks.kept(ward.url, ward.scope).alive["shared"]["body"]
    return body


@pytest.mark.slow
def test_the_last_to_speak_is_the_last_whatever_its_clock_says(tmp_path: Path) -> None:
    with open_ward(tmp_path, f"sqlite:///{tmp_path / 'clinic.db'}", SEED) as ward:
        devices = {year: ward.enrol(f"in-{year}", year) for year in YEARS}
        for turn, year in enumerate((*YEARS, "1970", "2099", "1970")):
            edit(devices[year], year, said := f"turn {turn}")
            assert said in shared(ward)
        ward.devices = list(devices.values())
        ward.come_to_rest()
        kinds = [one["kind"] for one in checks.kept(ward.url, ward.scope).alive.values()]
        assert kinds.count("draft") == 1, "nobody wrote without having seen: no copies"


@pytest.mark.slow
def test_at_work_with_any_clock_nothing_is_lost(tmp_path: Path) -> None:
    with open_ward(tmp_path, f"sqlite:///{tmp_path / 'clinic.db'}", SEED) as ward:
        ward.devices = [ward.enrol(f"in-{year}", year) for year in YEARS]
        for device in ward.devices:
            device.start()
        begun(*ward.devices)
        until = time.monotonic() + 30
        while time.monotonic() < until and min(device.noted(b"verdict") for device in ward.devices) < 40:
            time.sleep(0.05)
        ward.look(*ward.devices)
        ward.come_to_rest()
        assert min(device.noted(b"verdict") for device in ward.devices) >= 40
