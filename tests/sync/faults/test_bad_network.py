"""Devices write all the while behind a network that cuts, stalls, repeats and comes late: no promise is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.faults.link import LOOPBACK, Link
from tests.sync.faults.ward import open_ward

SEED = 4711
ROUNDS = 30
FAR = Link(rtt=0.03, rate=2_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("link", [LOOPBACK, FAR], ids=["near", "far"])
def test_nothing_is_lost_or_claimed_in_bad_weather(tmp_path: Path, link: Link) -> None:
    with open_ward(tmp_path, f"sqlite:///{tmp_path / 'clinic.db'}", SEED, link) as ward:
        ward.join("phone", "tablet")
        ward.storm()
        for _ in range(ROUNDS):
            ward.at_some_moment()
            ward.look(*ward.devices)
        happened = ward.proxy.happened
        ward.come_to_rest()
        assert len(happened) > 3 and sum(happened.values()) > ROUNDS
