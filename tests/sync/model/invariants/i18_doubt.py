"""I18: a clinic that suddenly has far less empties no device, until somebody there has said that this is right."""

from __future__ import annotations

from tests.sync.model.resets import BELIEVED, FEW
from tests.sync.model.world import World


def far_less_is_doubted(world: World) -> None:
    """When a scope began anew, a device let go of few of its documents, or the clinic's signature had reached it.

    Counted are those that the clinic did not send again: not those that it called deleted, nor what was deleted here or
    waits to be sent. That the clinic signs no life of a scope that came from a backup, until a person has vouched for
    it, is asserted where its replies travel.
    """
    for device in world.devices:
        for reset in device.resets.over:
            many = len(reset.had) > FEW and len(reset.lost) > len(reset.had) * BELIEVED
            assert reset.signed or not many, (
                f"I18: {device.name} let go of {len(reset.lost)} of {len(reset.had)} in {reset.scope}"
            )
