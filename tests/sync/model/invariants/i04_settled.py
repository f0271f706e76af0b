"""I4: rows behind the cursor are exact."""

from __future__ import annotations

from tests.sync.model.device import Device
from tests.sync.model.world import World


def settled_rows_are_exact(world: World) -> None:
    """For every row with `seq <= cursor`: on the device exactly that revision, or none if deleted; and no ghosts.

    It holds for a cursor of the clinic's present life that is not below the floor: any other is about to be reset.
    While a reset is under way (its last page has not come) old rows still stand, so ghosts are looked for after it.
    The stronger "device = clinic as of the cursor" is false for a feed of latest states: a row that changed again has
    moved ahead of the cursor, and the device rightly shows an older state of it, or none.
    """
    for device in world.devices:
        for scope, cursor, caught_up in device.scopes:
            place = world.desk.place(cursor)
            epoch, _head, floor = world.book().scopes[scope]
            if place is None or place.epoch != epoch or place.seq < floor != place.began:
                continue
            held = clinics(device, scope)
            exact(world, device, scope, place.seq, held)
            if caught_up:
                known = {id for where, id in world.book().rows if where == scope}
                assert held.keys() <= known, f"I4: a ghost on {device.name}: {sorted(held.keys() - known)}"


def exact(world: World, device: Device, scope: str, seq: int, held: dict[str, tuple[str, str]]) -> None:
    """Compare every row up to `seq`."""
    for (where, id), row in world.book().rows.items():
        if where == scope and row.seq <= seq:
            want = None if row.deleted else (row.rev, row.body)
            assert held.get(id) == want, f"I4: {id} on {device.name}, behind its cursor {seq}"


def clinics(device: Device, scope: str) -> dict[str, tuple[str, str]]:
    """The clinic's rows as the device has them: beneath unsent changes, or shown; deleted ones left out."""
    shown = {d[1]: (d[4], d[3]) for d in device.docs if d[0] == scope and d[5] is not None and not d[7]}
    under = {b[1]: b for b in device.beneath if b[0] == scope}
    return {id: one for id, one in shown.items() if id not in under} | {
        id: (b[4], b[3]) for id, b in under.items() if not b[6]
    }
