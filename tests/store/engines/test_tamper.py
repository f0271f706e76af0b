"""One bit, a torn end, two pages swapped, anywhere in database and log: right data or an error that says so."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from app.core.errors import StoreDamaged, StoreError
from app.store.engine import engine_name
from app.store.engines.whole import empty_pages
from app.store.errors import plainly
from tests.store.engines import story

KINDS = (
    (story.FILE, "flip", 1.0),
    (story.LOG, "flip", 1.0),
    (story.FILE, "tear", 1.0),
    (story.FILE, "swap", 0.2),
    (story.LOG, "swap", 0.2),
)


def tampered(whole: bytes, name: str, how: str, chance: random.Random) -> bytes:
    """The same file after somebody touched it at a random place."""
    at = chance.randrange(len(whole))
    if how == "flip":
        return whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
    if how == "tear":
        return whole[:at] + chance.choice((b"", chance.randbytes(min(6000, len(whole) - at))))
    head, step = (story.LOG_HEAD, story.PAGE + story.FRAME_HEAD) if name == story.LOG else (0, story.PAGE)
    one, other = sorted(chance.sample(range((len(whole) - head) // step), 2))
    a, b = head + one * step, head + other * step
    return whole[:a] + whole[b : b + step] + whole[a + step : b] + whole[a : a + step] + whole[b + step :]


def outcome(folder: Path, name: str, how: str) -> str:
    """What came of reading it: right, or which error. Anything else fails."""
    before = (folder / story.FILE).stat().st_size
    try:
        with plainly(folder):
            found = story.read(folder)
    except StoreError as error:
        assert (folder / story.FILE).stat().st_size >= before, "what could not be read was taken away"
        assert isinstance(error, StoreDamaged), f"{name} {how}: {error.__cause__}"
        return type(error).__name__
    allowed = range(story.RESTED, story.COMMITS + 1) if name == story.LOG else [story.COMMITS]
    assert found in allowed, f"wrong data after {how} of {name}: {found}"
    return "right"


@pytest.mark.parametrize("cases", [10, pytest.param(1000, marks=pytest.mark.slow)])
def test_what_somebody_touched_is_right_or_refused(swift: Path, cases: int) -> None:
    """At so many random places of database and log each. A torn log is `test_torn.py`'s."""
    story.tell(swift)
    chance, seen = random.Random(cases), Counter[tuple[str, str, str]]()
    for name, how, share in KINDS:
        for _ in range(round(cases * share)):
            touched = story.again(swift, swift / "touched")
            file = touched / name
            file.write_bytes(tampered(file.read_bytes(), name, how, chance))
            seen[name, how, outcome(touched, name, how)] += 1
    print(engine_name(), dict(seen))
    for how in ("flip", "tear", "swap"):
        assert seen[story.FILE, how, "StoreDamaged"] > seen[story.FILE, how, "right"]


def test_a_page_that_the_disk_lost_is_found(tmp_path: Path) -> None:
    """The ciphers take a page of zeros for an empty one; so it is looked for, or refused when read."""
    story.tell(tmp_path)
    assert empty_pages(tmp_path / story.FILE) == []
    lost = bytearray((tmp_path / story.FILE).read_bytes())
    lost[20 * story.PAGE : 21 * story.PAGE] = bytes(story.PAGE)
    (tmp_path / story.FILE).write_bytes(lost)
    assert empty_pages(tmp_path / story.FILE) == [21]
    if engine_name() == "pages":
        with pytest.raises(StoreError), plainly(tmp_path):
            story.read(tmp_path)


def test_a_file_cut_beneath_its_log_is_refused_each_time_and_not_filled(tmp_path: Path) -> None:
    story.tell(tmp_path)
    cut = story.again(tmp_path, tmp_path / "cut")
    short = (cut / story.FILE).read_bytes()[: -3 * story.PAGE]
    (cut / story.FILE).write_bytes(short)
    for _ in range(2):
        with pytest.raises(StoreError), plainly(cut):
            assert story.read(cut) == story.COMMITS
    if engine_name() != "pages":
        assert (cut / story.FILE).read_bytes() == short
