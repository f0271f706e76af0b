"""I13: a restored clinic gets back what was acknowledged."""

from __future__ import annotations

from collections.abc import Iterator

from tests.sync.model.invariants.i01_home import KEPT
from tests.sync.model.truth import Written
from tests.sync.model.world import World


def a_restored_clinic_is_offered_everything(world: World) -> None:
    """What the clinic took in the last 30 days is in its record, or its device still has it to offer again.

    Devices whose access was ended have nothing any more; a device that is never seen again takes what it had with it.
    """
    for said in acknowledged(world):
        device = world.devices[said.device]
        held = {one[0] for one in (*device.queue, *device.sent)}
        assert (said.scope, said.mid) in world.book().applied or said.mid in held, (
            f"I13: change {said.number} was taken, is forgotten, and will not be offered again"
        )


def and_takes_it(world: World) -> None:
    """At rest: it is in the record again, or set aside where the person sees it."""
    for said in acknowledged(world):
        device = world.devices[said.device]
        aside = {one[0] for one in device.queue if one[7] is not None}
        gone = said.op == "delete"  # nothing was there to delete
        assert (said.scope, said.mid) in world.book().applied or said.mid in aside or gone, (
            f"I13: change {said.number} was taken once and is in no record"
        )


def acknowledged(world: World) -> Iterator[Written]:
    """What devices heard that the clinic took, within 30 days, where they may still say so."""
    truth = world.truth
    for mid, settled in truth.settled.items():
        verdict = settled.verdict
        taken = verdict.status in ("ok", "dup") or (verdict.status == "conflict" and verdict.copy_id)
        said = truth.written[mid]
        lost = said.device in truth.ended.get(said.scope, ()) or mid in truth.dropped
        if taken and not lost and world.moment - settled.at <= KEPT:
            yield said
