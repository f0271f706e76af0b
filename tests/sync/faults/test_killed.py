"""kill -9 of real devices and the real server, over and over: nothing promised is lost, nothing is there twice."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.faults.processes import Device, Postgres, Server, begun, first_begun
from tests.sync.faults.ward import Ward, open_ward

SEED = 20261130
MANY = 110


def kill(ward: Ward, victim: Device | Server) -> None:
    """End it in the middle of whatever it does, look at what is left, and start it again."""
    victim.kill()
    ward.kills += 1
    if isinstance(victim, Device):
        ward.look(victim)
    victim.start()


def kill_somebody(ward: Ward) -> None:
    """End whoever is at work, at some moment."""
    ready = first_begun(*ward.devices, ward.server)
    ward.at_some_moment()
    kill(ward, ward.chance.choice(ready))


def test_a_few_kills_in_bad_weather_lose_nothing(tmp_path: Path) -> None:
    with open_ward(tmp_path, f"sqlite:///{tmp_path / 'clinic.db'}", SEED) as ward:
        ward.join("phone")
        ward.storm()
        for victim in (ward.devices[0], ward.server):
            begun(*ward.devices, ward.server)
            ward.at_some_moment()
            kill(ward, victim)
        ward.come_to_rest()


@pytest.mark.slow
def test_many_kills_lose_nothing(tmp_path: Path) -> None:
    with open_ward(tmp_path, f"sqlite:///{tmp_path / 'clinic.db'}", SEED) as ward:
        ward.join("phone", "tablet")
        while ward.kills < MANY:
            kill_somebody(ward)
        ward.come_to_rest()


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """PostgreSQL for one ward; where it lies must be readable for its own user."""
    with tempfile.TemporaryDirectory(prefix="evenkeel-pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        with contextlib.closing(server):
            yield server


@pytest.mark.slow
def test_many_kills_lose_nothing_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    with open_ward(tmp_path, postgres.url, SEED + 1) as ward:
        ward.join("phone", "tablet")
        while ward.kills < MANY:
            kill_somebody(ward)
            if ward.kills % 12 == 0:
                postgres.kill()
                postgres.start()
                ward.kills += 1
        ward.come_to_rest()
