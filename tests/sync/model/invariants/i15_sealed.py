"""I15: what is sealed stays sealed."""

from __future__ import annotations

from tests.sync.model.world import World


def sealed_words_stay_sealed(world: World) -> None:
    """No request carries the words of a sealed entry, whatever else it says of it."""
    for _device, said, heard in world.wire:
        for words in world.truth.sealed:
            assert words not in said and words not in heard, "I15: a sealed word travelled in the clear"


def and_rest_sealed(world: World) -> None:
    """The clinic's whole database holds no word of a sealed entry: not in a row, a history, a receipt or a verdict."""
    if world.truth.sealed:
        everything = world.desk.everything()
        assert not [words for words in world.truth.sealed if words in everything], (
            "I15: the clinic can read it"
        )
