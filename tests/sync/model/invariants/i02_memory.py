"""I2: every verdict a device holds is in the clinic's record, and the same on re-delivery."""

from __future__ import annotations

from sync.protocol.wire import Verdict
from tests.sync.model.world import World

UNRECORDED = {"no_access", "bad_id", "mid_reused"}


def the_clinic_keeps_its_word(world: World) -> None:
    """A verdict that a device took in is in `applied` to the letter, but that `ok` is `dup` when said again.

    A `dup` leaves out the revision when something newer took its place. Weaker: a restored clinic has forgotten
    verdicts of its former life and may judge anew; what was refused before it was looked at (no access, an id that is
    none) is not kept; and after 400 days, not before, it forgets. That a second delivery hears the same is asserted
    where requests are delivered twice.
    """
    applied = world.book().applied
    for mid, settled in world.truth.settled.items():
        if settled.life != world.desk.lives or settled.verdict.reason in UNRECORDED:
            continue
        if (world.truth.written[mid].scope, mid) in world.desk.forgotten:
            continue
        kept = applied.get((world.truth.written[mid].scope, mid))
        number = world.truth.written[mid].number
        assert kept, f"I2: the clinic has no memory of its verdict on change {number}"
        same = Verdict.model_validate_json(kept)
        heard = settled.verdict
        assert again(same, heard) == heard, (
            f"I2: the verdict on change {number} is not the one that was given"
        )


def again(kept: Verdict, heard: Verdict) -> Verdict:
    """A kept verdict as it is said once more."""
    if heard.status != "dup" or kept.status != "ok":
        return kept
    replaced = {"rev": None, "seq": None} if heard.rev is None else {}
    return kept.model_copy(update={"status": "dup", **replaced})
