"""I10: mutations of one device on one document apply in their order."""

from __future__ import annotations

from tests.sync.model.world import World


def changes_apply_in_order(world: World) -> None:
    """In the clinic's record the changes that one device made to one document stand in the order they were made.

    What the person sends again after access had ended comes in the order in which they send it.
    """
    last: dict[tuple[int, str, str], int] = {}
    for one in world.book().versions:
        said = world.truth.written.get(one.mid or "")
        if said and said.mid not in world.truth.again:
            key = said.device, said.scope, said.id
            assert last.get(key, -1) < said.number, f"I10: change {said.number} came after a later one"
            last[key] = said.number
