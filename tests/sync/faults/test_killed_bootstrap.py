"""A device is killed over and over while it fetches its first record: little travels twice, and nothing is amiss."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sync.protocol.wire import PAGE_BYTES
from tests.sync.faults.processes import Device, begun
from tests.sync.faults.ward import Ward, caught_up, open_ward

SEED, KILLS = 2026, 12
DOCUMENTS, LETTERS = 3_200, 2_000
AGAIN = 1 << 20
PATIENCE = 30.0


def fetched(ward: Ward, device: Device) -> int:
    """Bytes that come down while this device catches up, in this process."""
    before = ward.proxy.carried["down"]
    caught_up(device.folder)
    return ward.proxy.carried["down"] - before


def killed_after(ward: Ward, device: Device, size: int) -> None:
    """Let it live until so many bytes have come down, then kill it and look."""
    enough, until = ward.proxy.carried["down"] + size, time.monotonic() + PATIENCE
    device.start()
    begun(device)
    while ward.proxy.carried["down"] < enough and time.monotonic() < until:
        time.sleep(0.001)
    device.kill()
    ward.kills += 1
    ward.look(device)


@pytest.mark.slow
def test_each_kill_costs_at_most_one_piece(tmp_path: Path) -> None:
    with open_ward(tmp_path, f"sqlite:///{tmp_path / 'clinic.db'}", SEED) as ward:
        ward.fill(DOCUMENTS, LETTERS)
        whole = fetched(ward, ward.enrol("measure"))
        assert whole > 4 * AGAIN, "a record that takes many pieces"
        phone = ward.enrol("phone", limit=PAGE_BYTES)
        ward.devices = [phone]
        before = ward.proxy.carried["down"]
        for _ in range(KILLS):
            killed_after(ward, phone, ward.chance.randrange(1, 2 * whole // KILLS))
        caught_up(phone.folder)
        spent = ward.proxy.carried["down"] - before
        print(f"whole {whole}, spent {spent}: {(spent - whole) // KILLS} bytes again for each kill")
        assert spent - whole <= KILLS * AGAIN
        ward.come_to_rest()
