"""I15: what is sealed stays sealed."""

from __future__ import annotations

from sync.protocol.segment import unpack
from tests.sync.model.world import World


def sealed_words_stay_sealed(world: World) -> None:
    """No request, reply or segment carries the words of a sealed entry, whatever else it says of it."""
    for _device, said, heard in world.wire:
        for words in world.truth.sealed:
            assert words not in said and words not in heard, "I15: a sealed word travelled in the clear"
    for _device, fetch, data in world.carrier.parcels:
        plain = repr(unpack(data, fetch.hash))
        assert not [words for words in world.truth.sealed if words in plain], (
            "I15: a segment holds a sealed word"
        )


def and_rest_sealed(world: World) -> None:
    """The clinic's whole database holds no word of a sealed entry: not in a row, a history, a receipt or a verdict."""
    if world.truth.sealed:
        everything = world.desk.everything()
        assert not [words for words in world.truth.sealed if words in everything], (
            "I15: the clinic can read it"
        )
