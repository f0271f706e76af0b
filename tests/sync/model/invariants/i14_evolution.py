"""I14: fields and kinds that one end does not know survive."""

from __future__ import annotations

import json

from tests.sync.model.nouns import FUTURE
from tests.sync.model.world import World


def unknown_fields_survive(world: World) -> None:
    """Every document that a patient wrote still has the field nobody here knows, after any edits, copies and syncs.

    The clinic keeps the bytes. A device that edits keeps the value: a number may be written in another way.
    """
    want = json.loads(FUTURE)
    for one in world.book().versions:
        if one.mid in world.truth.written and not one.deleted:
            said = world.truth.written[one.mid]
            assert one.body == said.body, f"I14: the clinic changed the bytes of change {said.number}"
            told = json.loads(one.body)
            kept = told.get("from_the_future", 0) == want and told.get("nothing", 0) is None
            assert kept, f"I14: {one.id} lost an unknown field"
