"""What scripts of the model share that are told in words: a world that is checked, and short ways to act in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.model.device import Device
from tests.sync.model.invariants import AFTER_EVERY_STEP, AT_REST
from tests.sync.model.nouns import KINDS_OF_ALL, Draft, known_to_the_clinic
from tests.sync.model.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with known_to_the_clinic():
        world = World()
        yield world
        check(world)
        world.quiesce()
        check(world)
        for rest in AT_REST:
            rest(world)


def check(world: World) -> None:
    for holds in AFTER_EVERY_STEP:
        holds(world)


def sync(world: World, *devices: Device) -> None:
    for device in devices:
        world.sync(device, 9, 9999)
        check(world)


def edit(device: Device, k: int = 0) -> None:
    doc = device.pick(k, KINDS_OF_ALL)
    assert doc
    device.edit(doc)


def forget_deletions(world: World) -> None:
    """As a clinic did once: the deletions alone, and not the verdicts of that time."""
    dead = "FROM row WHERE scope = 'patient:p' AND deleted"
    world.desk.beside.execute(f"UPDATE scope SET floor = (SELECT max(seq) {dead}) WHERE id = 'patient:p'")
    world.desk.beside.execute(f"DELETE {dead}")
    world.desk.changed()


def shown(device: Device) -> list[str]:
    return sorted(doc.text for doc in device.view() if isinstance(doc, Draft))
