"""I5: a cursor at the head means that the device has what the clinic has."""

from __future__ import annotations

from tests.sync.model.world import World


def caught_up_means_equal(world: World) -> None:
    """A device that may say "up to date" (cursor at the head, nothing of a reset left) has the clinic's live rows.

    One that doubts has them too, and beside them only what stood there before.
    """
    for device in world.devices:
        for scope, cursor, caught_up in device.scopes:
            place = world.desk.place(cursor)
            epoch, head, _floor = world.book().scopes[scope]
            if place and caught_up and (place.epoch, place.seq) == (epoch, head):
                rows = world.book().rows.values()
                live = {one.id: (one.rev, one.body) for one in rows if one.scope == scope and not one.deleted}
                held = device.clinics(scope)
                extra = {id for id in held.keys() - live.keys() if id in device.doubted(scope)}
                assert {id: one for id, one in held.items() if id not in extra} == live, (
                    f"I5: {device.name} says that it is up to date in {scope}"
                )
