"""I6: the effect of a mutation lives under one document id, once."""

from __future__ import annotations

from collections import Counter

from tests.sync.model.world import World


def effects_happen_once(world: World) -> None:
    """However often it was sent, a mutation made one state of one document; an entry that is only added has one text.

    Counted in the clinic's record as it stands: a restored clinic that had forgotten an effect makes it again, once.
    """
    versions = world.book().versions
    made = Counter((one.scope, one.mid) for one in versions if one.mid)
    twice = [mid for (_scope, mid), times in made.items() if times > 1]
    assert not twice, f"I6: {[world.truth.written[mid].number for mid in twice]} took effect twice"
    moods = {said.id for said in world.truth.written.values() if said.kind == "mood"}
    texts = Counter((one.scope, one.id) for one in versions if one.id in moods and not one.deleted)
    assert all(times == 1 for times in texts.values()), "I6: an entry was written twice"
