"""I11: isolation of patients."""

from __future__ import annotations

from tests.sync.model.world import World


def patients_stay_apart(world: World) -> None:
    """No reply to a device holds a byte of a scope it may not read, and no store does either.

    Every text names its patient, so a foreign one is found wherever it may hide.
    """
    for device, _said, heard in world.wire:
        foreign = "qsecret" if device.patient == "p" else "psecret"
        assert foreign not in heard, f"I11: {device.name} was sent another patient's words"
        assert foreign not in repr((device.docs, device.beneath)), (
            f"I11: another patient's words on {device.name}"
        )
        strange = {scope for scope, _cursor, _caught_up in device.scopes} - {device.scope, "content"}
        assert not strange, f"I11: {device.name} knows {strange}"
