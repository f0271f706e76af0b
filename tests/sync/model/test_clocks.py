"""I16: the same schedule with devices' clocks in 1970, in 2099 and jumping gives the same rows at the clinic."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sync.model.machine import Model
from tests.sync.model.nouns import known_to_the_clinic

RULES = {
    rule.function.__name__: rule
    for rule in Model.setup_state().rules
    if rule.function.__name__ != "clock_is_set"
}
Step = tuple[str, dict[str, Any]]
steps = st.lists(
    st.sampled_from(sorted(RULES)).flatmap(
        lambda name: st.tuples(st.just(name), st.fixed_dictionaries(dict(RULES[name].arguments)))
    ),
    max_size=40,
)
clocks = st.tuples(*[st.integers(0, 3)] * 4)


def played(script: list[Step], clocks: tuple[int, ...]) -> list[tuple[object, ...]]:
    """What the clinic holds at the end: every state of every document, ids by the order in which they came."""
    machine = Model()
    machine.begin(clocks=clocks)
    for name, arguments in script:
        if all(holds(machine) for holds in RULES[name].preconditions):
            RULES[name].function(machine, **arguments)
    machine.teardown()
    names: dict[str, int] = {}
    return [
        (one.scope, one.seq, names.setdefault(one.id, len(names)), one.deleted, one.body)
        for one in machine.world.book().versions
    ]


def no_clock_decides(script: list[Step], clocks: tuple[int, ...]) -> None:
    with known_to_the_clinic():
        assert played(script, (0, 0, 0, 0)) == played(script, clocks), (
            "I16: a device's clock decided something"
        )


calm = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@given(script=steps, clocks=clocks)
@settings(calm, max_examples=5)
def test_no_clock_of_a_device_decides_anything(script: list[Step], clocks: tuple[int, ...]) -> None:
    no_clock_decides(script, clocks)


@pytest.mark.long
@given(script=steps, clocks=clocks)
@settings(calm, max_examples=600)
def test_no_clock_of_a_device_decides_anything_in_many_stories(
    script: list[Step], clocks: tuple[int, ...]
) -> None:
    no_clock_decides(script, clocks)
