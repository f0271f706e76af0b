"""I4: rows behind the cursor are exact."""

from __future__ import annotations

from tests.sync.model.device import Device
from tests.sync.model.world import World


def settled_rows_are_exact(world: World) -> None:
    """For every row with `seq <= cursor`: on the device exactly that revision, or none if deleted; and no ghosts.

    It holds for a cursor of the clinic's present life that is not below the floor: any other is about to be reset.
    While a reset is under way (its last page has not come) old rows still stand, so ghosts are looked for after it; and
    while a device doubts that the clinic has so much less, what stood there before may stay, and nothing else.
    The stronger "device = clinic as of the cursor" is false for a feed of latest states: a row that changed again has
    moved ahead of the cursor, and the device rightly shows an older state of it, or none.
    """
    for device in world.devices:
        for scope, cursor, caught_up in device.scopes:
            place = world.desk.place(cursor)
            epoch, _head, floor = world.book().scopes[scope]
            if place is None or place.epoch != epoch or place.seq < floor != place.began:
                continue
            held = device.clinics(scope)
            exact(world, device, scope, place.seq, held)
            if caught_up:
                known = {id for where, id in world.book().rows if where == scope}
                ghosts = held.keys() - known - device.doubted(scope)
                assert not ghosts, f"I4: a ghost on {device.name}: {sorted(ghosts)}"


def exact(world: World, device: Device, scope: str, seq: int, held: dict[str, tuple[str, str]]) -> None:
    """Compare every row up to `seq`."""
    for (where, id), row in world.book().rows.items():
        if where == scope and row.seq <= seq:
            want = None if row.deleted else (row.rev, row.body)
            assert held.get(id) == want, f"I4: {id} on {device.name}, behind its cursor {seq}"
