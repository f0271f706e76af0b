"""I3: when everything has come to rest, all devices' views equal the clinic's live rows and all outboxes are empty."""

from __future__ import annotations

from tests.sync.model.device import Device
from tests.sync.model.world import World


def devices_end_up_equal(world: World) -> None:
    """Each device shows, to the byte, what the clinic holds; so does one that begins now; nothing waits anywhere.

    What the clinic refused stays set aside until the person lets it go: that is not waiting.
    """
    for device in (*world.devices, world.fresh("p")):
        assert all(one[7] is not None for one in device.queue), (
            f"I3: {device.name} still has something to say"
        )
        assert view(device) == live(world, device), (
            f"I3: {device.name} shows something else than the clinic holds"
        )
        assert not device.beneath, f"I3: something lies beneath a settled document on {device.name}"


def view(device: Device) -> dict[tuple[str, str], tuple[str, str, str]]:
    """What is shown: kind, body and revision by scope and id."""
    return {
        (s, id): (kind, body, rev) for s, id, kind, body, rev, _seq, gone, _over in device.docs if not gone
    }


def live(world: World, device: Device) -> dict[tuple[str, str], tuple[str, str, str]]:
    """What the clinic holds in the scopes of this device."""
    mine = world.grants[device.number]
    rows = world.book().rows.items()
    return {key: (one.kind, one.body, one.rev) for key, one in rows if one.scope in mine and not one.deleted}
