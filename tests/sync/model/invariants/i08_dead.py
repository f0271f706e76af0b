"""I8: a deleted id is never live again."""

from __future__ import annotations

from tests.sync.model.nouns import LAST_WINS
from tests.sync.model.world import World


def the_dead_stay_dead(world: World) -> None:
    """No change of a patient brings a deleted document back to life under its id; it survives as a copy beside it.

    In the clinic's record as it stands: a restored clinic may have forgotten the deletion. Nouns whose last write wins
    may be set again after they were deleted (a preference has one id for ever), and so may the clinic's own.
    """
    dead: set[tuple[str, str]] = set()
    for one in world.book().versions:
        if one.deleted:
            dead.add((one.scope, one.id))
        elif one.mid in world.truth.written and world.truth.written[one.mid].kind not in LAST_WINS:
            assert (one.scope, one.id) not in dead, f"I8: {one.id} came back"
