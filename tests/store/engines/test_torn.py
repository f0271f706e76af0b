"""A log that ends in the middle of a write: what is left is exactly the first commits."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from app.store.engine import engine_name
from tests.store.engines import story


def tear(log: Path, chance: random.Random) -> None:
    """Cut the log anywhere, or fill it with junk from there on."""
    at = chance.randrange(log.stat().st_size)
    if chance.random() < 0.5:
        return os.truncate(log, at)
    junk = chance.randbytes(min(6000, log.stat().st_size - at))
    with log.open("r+b") as file:
        file.seek(at)
        file.write(junk)
        file.truncate()


@pytest.mark.parametrize("cases", [12, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_torn_log_leaves_the_first_commits(swift: Path, cases: int) -> None:
    story.tell(swift)
    chance, seen = random.Random(cases), set()
    for _ in range(cases):
        torn = story.again(swift, swift / "torn")
        tear(torn / story.LOG, chance)
        seen.add(story.read(torn))
        db = story.opened(torn)
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.close()
    assert -1 not in seen and min(seen) >= story.RESTED and len(seen) > min(cases // 10, 40)
    print(f"{engine_name()}: {cases} torn logs, {len(seen)} different lengths, all first commits")


def test_an_untouched_copy_holds_every_commit(tmp_path: Path) -> None:
    story.tell(tmp_path)
    assert story.read(story.again(tmp_path, tmp_path / "copy")) == story.COMMITS
