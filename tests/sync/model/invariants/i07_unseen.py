"""I7: no blind overwrite."""

from __future__ import annotations

from tests.sync.model.desk import Version
from tests.sync.model.nouns import ANY_ORDER
from tests.sync.model.world import World


def nothing_is_overwritten_unseen(world: World) -> None:
    """What a patient's change replaced or deleted at the clinic, its author had seen on that device.

    Seen is: shown there at some time before, or written there. A form left open counts from when it was opened. Nouns
    whose last write wins by policy (preferences, requests) or that only grow are left out: there the replaced value is
    in the history, and I19 looks at each field.
    """
    last: dict[tuple[str, str], Version] = {}
    for one in world.book().versions:
        before = last.get((one.scope, one.id))
        last[one.scope, one.id] = one
        if before and not before.deleted and one.mid in world.truth.written:
            author = world.truth.written[one.mid]
            assert author.kind in ANY_ORDER or saw(world, one.mid, before), (
                f"I7: change {author.number} of device {author.device} replaced what it had not seen in {one.id}"
            )


def saw(world: World, mid: str, before: Version) -> bool:
    """True when whoever made this mutation had seen that version, under whatever revision."""
    author = world.truth.written[mid]
    if before.rev in author.saw or before.mid in author.own:
        return True
    ever = world.desk.ever
    return before.mid is not None and any(ever[rev].mid == before.mid for rev in author.saw if rev in ever)
