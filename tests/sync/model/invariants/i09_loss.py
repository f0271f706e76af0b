"""I9: no silent loss."""

from __future__ import annotations

from tests.sync.model.world import World


def nothing_is_lost(world: World) -> None:
    """Every text ever written waits, or was live at the clinic at some time, or was refused where the person sees it.

    What the person took back before it travelled, or let go of after it was refused, is not lost but given up.
    """
    queued = {d.number: {one[0] for one in d.queue} for d in world.devices}
    ever = world.desk.ever.values()
    reached = {one.mid for one in ever}
    texts = {(one.scope, one.body) for one in ever}
    truth = world.truth
    for mid, said in truth.written.items():
        if said.op == "delete" or mid in reached or mid in queued[said.device]:
            continue
        given_up = mid in truth.taken_back or mid in truth.dropped
        assert given_up or (said.scope, said.body) in texts, f"I9: the text of change {said.number} is lost"
