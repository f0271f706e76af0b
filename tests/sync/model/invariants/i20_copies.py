"""I20: a copy is made only where somebody else had been there."""

from __future__ import annotations

from sync.models import derive_id
from tests.sync.model.desk import Version
from tests.sync.model.invariants.i07_unseen import saw
from tests.sync.model.world import World


def no_copy_without_need(world: World) -> None:
    """What a patient's change was put beside, its author had not seen; else it would have taken that one's place.

    Where what it was meant for is gone, there is a copy too. Not asked of changes to a copy: a backup that is put back
    may take that away, and then they make another. Nor where a restored clinic has forgotten what the change was made
    upon, if that was somebody else's: then nobody can tell. Nor after 30 days, when a device no longer knows what was
    taken, or 400, when the clinic does not.
    """
    if world.desk.months:
        return
    known = {one.rev for one in world.book().versions}
    copies = {derive_id(mid, "copy") for mid in world.truth.written}
    last: dict[tuple[str, str], Version] = {}
    for one in world.book().versions:
        said = world.truth.written.get(one.mid or "")
        if said and one.id == derive_id(said.mid, "copy") and said.id not in copies:
            before = last.get((one.scope, said.id))
            upon = world.desk.ever.get(said.base[0] or "")
            forgotten = upon and upon.rev not in known and upon.device != f"device-{said.device}"
            needed = forgotten or before is None or before.deleted or not saw(world, said.mid, before)
            assert needed, f"I20: change {said.number} is a copy of {said.id}, though nobody else was there"
        last[one.scope, one.id] = one
