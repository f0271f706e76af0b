"""The model at length: ten thousand scripts, in classes so that two workers share them."""

from __future__ import annotations

import pytest

from tests.sync.model.run import run

EXAMPLES, STEPS = 1250, 30


@pytest.mark.slow
def test_whatever_happens_every_invariant_holds() -> None:
    run(EXAMPLES, STEPS, 1)


@pytest.mark.slow
class TestOdd:
    """Half of the rest."""

    @pytest.mark.parametrize("number", (3, 5, 7))
    def test_whatever_happens_every_invariant_holds(self, number: int) -> None:
        run(EXAMPLES, STEPS, number)


@pytest.mark.slow
class TestEven:
    """The other half."""

    @pytest.mark.parametrize("number", (2, 4, 6, 8))
    def test_whatever_happens_every_invariant_holds(self, number: int) -> None:
        run(EXAMPLES, STEPS, number)
