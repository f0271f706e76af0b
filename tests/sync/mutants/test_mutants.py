"""Every planted mistake is caught by the model: else the model proves less than it says."""

from __future__ import annotations

import pytest

from tests.sync.mutants.hunt import NOTHING, ROOT, broken, hunt
from tests.sync.mutants.planted import MISTAKES, Mistake


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_a_mistake_still_has_its_place(mistake: Mistake) -> None:
    for where in {where for where, _old, _new in mistake.changes}:
        text = (ROOT / where).read_text()
        assert broken(text, mistake, where) != text


def test_names_are_used_once() -> None:
    assert len({one.name for one in MISTAKES}) == len(MISTAKES) >= 13 + 5


class TestOdd:
    """Two classes, so that two workers hunt."""

    @pytest.mark.long
    @pytest.mark.parametrize("mistake", MISTAKES[::2], ids=lambda one: one.name)
    def test_is_caught(self, mistake: Mistake) -> None:
        assert hunt(mistake).by.startswith("I"), mistake.breaks


@pytest.mark.long
def test_where_nothing_is_wrong_nothing_is_found() -> None:
    assert hunt(NOTHING, 3000).by == ""


class TestEven:
    """The other half."""

    @pytest.mark.long
    @pytest.mark.parametrize("mistake", MISTAKES[1::2], ids=lambda one: one.name)
    def test_is_caught(self, mistake: Mistake) -> None:
        assert hunt(mistake).by.startswith("I"), mistake.breaks
