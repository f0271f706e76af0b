"""The model, briefly: every run of the tests tries the same scripts; `test_model_long` tries ten thousand others."""

from __future__ import annotations

from tests.sync.model.run import run


def test_whatever_happens_every_invariant_holds() -> None:
    run(examples=30, steps=20)
