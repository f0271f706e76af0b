"""Every planted mistake is caught by the model: else the model proves less than it says."""

from __future__ import annotations

import pytest

from tests.sync.model.nouns import known_to_the_clinic
from tests.sync.mutants.hunt import NOTHING, ROOT, SCRIPTS, broken, hunt, replay
from tests.sync.mutants.mistake import Mistake
from tests.sync.mutants.planted import MISTAKES
from tests.sync.mutants.script import play

NAMES = [one.name for one in MISTAKES]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_a_mistake_still_has_its_place(mistake: Mistake) -> None:
    for where in {where for where, _old, _new in mistake.changes}:
        text = (ROOT / where).read_text()
        assert broken(text, mistake, where) != text


def test_names_are_used_once_and_each_has_its_script() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 13 + 5
    assert {file.stem for file in SCRIPTS.iterdir()} == set(NAMES)


def test_where_nothing_is_wrong_no_script_breaks_anything() -> None:
    with known_to_the_clinic():
        for file in sorted(SCRIPTS.iterdir()):
            play(file.read_text().splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("half", (0, 1))
def test_what_caught_each_mistake_catches_it_again(half: int) -> None:
    caught = {one.name: replay(one, [SCRIPTS / f"{one.name}.txt"])[one.name] for one in MISTAKES[half::2]}
    assert all(by.startswith("I") for by in caught.values()), caught


@pytest.mark.long
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_the_model_finds_it_by_itself(mistake: Mistake) -> None:
    assert hunt(mistake).by.startswith("I"), mistake.breaks


@pytest.mark.long
def test_where_nothing_is_wrong_nothing_is_found() -> None:
    assert hunt(NOTHING, 3000).by == ""
