"""I11: isolation of patients."""

from __future__ import annotations

from sync.protocol.segment import unpack
from tests.sync.model.device import Device
from tests.sync.model.world import World

STRANGER = {"p": 3, "q": 0}


def patients_stay_apart(world: World) -> None:
    """No reply to a device and no segment holds a byte of a scope it may not read, and no store does either.

    Every text names its patient, so a foreign one is found wherever it may hide. Who knows the name of another
    patient's segment is not given it.
    """
    for device, fetch, data in world.carrier.parcels:
        asks = world.grants[STRANGER[device.patient]]
        refused = fetch.parts[0].scope in asks or world.desk.segment(asks, fetch.hash) is None
        assert refused, "I11: another patient's segment was given out"
        assert not foreign_in(device, repr(unpack(data, fetch.hash))), (
            f"I11: {device.name} was sent a foreign segment"
        )
    for device, _said, heard in world.wire:
        assert not foreign_in(device, heard), f"I11: {device.name} was sent another patient's words"
        assert not foreign_in(device, repr((device.docs, device.beneath))), (
            f"I11: another patient's words on {device.name}"
        )
        strange = {scope for scope, _cursor, _caught_up in device.scopes} - {device.scope, "content"}
        assert not strange, f"I11: {device.name} knows {strange}"


def foreign_in(device: Device, text: str) -> bool:
    """True when the text holds words of a patient whose device this is not."""
    return ("qsecret" if device.patient == "p" else "psecret") in text
