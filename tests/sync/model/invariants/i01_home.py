"""I1: every local mutation is in the outbox or has a recorded verdict on its device."""

from __future__ import annotations

from datetime import timedelta

from tests.sync.model.world import World

KEPT = timedelta(days=30)


def every_write_has_a_home(world: World) -> None:
    """What a person did waits in the outbox, is set aside there with a reason, or is kept with its verdict.

    The person may take back what never travelled and let go of what was refused. Weaker than the reference in two
    places: verdicts are kept for 30 days from when the clinic gave them, and they go with the record when the device's
    access is ended.
    """
    homes = {d.number: {one[0] for one in (*d.queue, *d.sent)} for d in world.devices}
    truth = world.truth
    for mid, said in truth.written.items():
        if mid in homes[said.device] or mid in truth.taken_back or mid in truth.dropped:
            continue
        settled = truth.settled.get(mid)
        assert settled, f"I1: change {said.number} has neither a place in the outbox nor a verdict"
        ended = said.device in truth.ended.get(said.scope, ())
        old = world.moment - settled.at > KEPT
        assert ended or old, f"I1: the verdict on change {said.number} is not kept"
