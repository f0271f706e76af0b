"""I12: after a revocation was received nothing of the scope is readable on the device."""

from __future__ import annotations

from tests.sync.model.world import World

WORDS = "SELECT count(*) FROM temp.words WHERE term GLOB ?"
VOCABULARY = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, 'search', 'row')"


def ended_access_leaves_nothing(world: World) -> None:
    """No row, key or index entry of an ended scope is left; unsent words are set aside for the person, with a reason.

    What is written on the device after that lies in the outbox until the clinic refuses it.
    """
    for scope, numbers in world.truth.ended.items():
        for number in numbers:
            device = world.devices[number]
            if scope in {name for name, _cursor, _caught_up in device.scopes}:
                continue
            rows = [one for one in device.docs if one[0] == scope and not one[7]]
            kept = [one for one in (*device.beneath,) if one[0] == scope]
            kept += [one for one in device.sent if one[1] == scope]
            assert not rows and not kept, f"I12: {device.name} still holds rows of {scope}"
    for device, _said, heard in world.wire:
        if device.scope in world.desk.heard(heard).ended and device.scope not in dict(
            (name, cursor) for name, cursor, _ in device.scopes
        ):
            device.store.db.execute(VOCABULARY)
            found = device.store.db.execute(WORDS, [f"{device.patient}secret*"]).fetchone()[0]
            assert not found, f"I12: the search index of {device.name} still knows words of {device.scope}"
