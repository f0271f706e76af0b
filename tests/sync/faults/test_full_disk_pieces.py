"""A disk that fills while a first record comes in pieces: the piece is not taken in, and is asked for again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import StoreFull
from app.store import Store, open_store
from app.store.integrity import check
from sync.protocol import segment
from sync.protocol.flow import Part
from sync.protocol.segment import Line
from sync.protocol.wire import Page, Reply, Segment, Snapshot
from tests.sync.faults.small_disk import Disk, needs_root, small_disk
from tests.sync.faults.test_full_disk import ALL, AT, KEY, SCOPE, mood

pytestmark = needs_root
ROWS = 60
PLAN = "SELECT snapshot, filled FROM scopes"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of its own."""
    yield from small_disk(tmp_path / "disk", "4m")


@pytest.fixture
def store(disk: Disk) -> Iterator[Store]:
    """A store with a few changes that wait, before its first sync."""
    (disk.place / "profile").mkdir()
    store = open_store(disk.place / "profile", KEY, lambda: AT)
    store.scope = SCOPE
    for number in range(3):
        store.put(mood(f"first-{number}"))
    yield store
    store.close()


def piece(start: int) -> tuple[Segment, list[Line]]:
    """So many documents of the clinic's, and the segment that holds them."""
    chance = random.Random(start)
    text = {n: "".join(chance.choices("abcdefghijklmnop", k=900)) for n in range(start, start + ROWS)}
    lines: list[Line] = [
        (f"c{n}", "lesson", f"e.{n}", n, False, 1, f'{{"title":"{n}","text":"{words}"}}')
        for n, words in text.items()
    ]
    packed = segment.pack(lines, 3)
    return Segment(hash=segment.name_of(packed), rows=ROWS, size=len(packed)), lines


def fill(store: Store, disk: Disk, part: Part, lines: list[Line]) -> int:
    """Take a piece in with ever more room; how often there was not enough. Each time all is as it was."""
    full = 0
    for blocks in (0, 1, 2, 5, 13, 34, 89):
        before = store.rows(ALL), store.rows(PLAN), list(store.missing(9))
        disk.fill(leave=blocks)
        try:
            store.fill(part, lines)
        except StoreFull:
            full += 1
            assert (store.rows(ALL), store.rows(PLAN), list(store.missing(9))) == before
        else:
            break
        finally:
            disk.clear()
    return full


def test_a_piece_that_finds_no_room_is_still_to_come(disk: Disk, store: Store) -> None:
    pieces = [piece(1 + ROWS * number) for number in range(4)]
    plan = Snapshot(segments=[one for one, _lines in pieces])
    store.settle([], Reply(pages=[Page(scope=SCOPE, cursor="c", snapshot=plan, more=True)]))
    full = 0
    for one, lines in pieces:
        part = store.missing(1)[0]
        assert part.segment == one
        full += fill(store, disk, part, lines)
        store.fill(part, lines)
    store.settle([], Reply(pages=[Page(scope=SCOPE, cursor="c")]))
    assert full >= len(pieces) and not store.missing(1) and store.cursors() == {SCOPE: "c"}
    assert len(store.rows("SELECT id FROM docs WHERE kind = 'lesson'")) == ROWS * len(pieces)
    assert len(store.pending(9)) == 3, "what waited still waits"
    assert check(disk.place / "profile" / "evenkeel.db", KEY).is_whole
