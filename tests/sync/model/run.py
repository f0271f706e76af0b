"""Running the model: so many examples, from this seed."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.model.machine import Model
from tests.sync.model.nouns import known_to_the_clinic


def run(
    examples: int, steps: int, number: int | None = None, machine: type[Model] = Model, shrink: bool = True
) -> None:
    """Raises what broke, with the shortest script that Hypothesis found. Without a number: always the same scripts."""
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    wanted = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=True,
        derandomize=number is None, report_multiple_bugs=False, phases=phases,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    with known_to_the_clinic():
        run_state_machine_as_test(machine if number is None else seed(number)(machine), settings=wanted)
