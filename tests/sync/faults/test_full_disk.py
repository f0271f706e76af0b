"""A disk that is full, at every point of every write: a plain word, nothing lost, and it goes on when there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.errors import StoreFull
from app.store import Store, open_store, search, shelf, states
from app.store.integrity import check
from app.store.shelf import Shelf
from sync.models import MoodEntry
from sync.protocol.attachments import PART, Blob
from sync.protocol.wire import Page, Reply, Row, Verdict
from tests.sync.faults.small_disk import Disk, needs_root, small_disk
from tests.sync.letters import named, picture, write

pytestmark = needs_root
KEY, SCOPE = b"k" * 32, "patient:rosa"
AT = datetime(2026, 6, 2, tzinfo=UTC)
Work = Callable[[Store, int], None]
ALL = (
    "SELECT 'docs' AS t, scope || id || body || coalesce(rev, '') AS v FROM docs UNION ALL SELECT 'outbox', \
mid || body || tried || coalesce(reason, '') FROM outbox UNION ALL SELECT 'sent', mid || status FROM sent UNION ALL \
SELECT 'scopes', scope || coalesce(cursor, '') || generation || caught_up FROM scopes UNION ALL \
SELECT 'state', key || value FROM state UNION ALL SELECT 'base', id || body FROM base UNION ALL \
SELECT 'away', n FROM away UNION ALL \
SELECT 'due', n FROM search_due UNION ALL SELECT 'blobs', hash || have || whole FROM blobs UNION ALL \
SELECT 'parts', blob || n FROM parts ORDER BY 1, 2"
)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of its own."""
    yield from small_disk(tmp_path / "disk", "3m")


@pytest.fixture
def store(disk: Disk) -> Iterator[Store]:
    """A store on it with a few changes that wait."""
    (disk.place / "profile").mkdir()
    store = open_store(disk.place / "profile", KEY, lambda: AT)
    store.scope = SCOPE
    for number in range(3):
        store.put(mood(f"first-{number}"))
    yield store
    store.close()


def mood(id: str) -> MoodEntry:
    """A mood with many words that no packing makes small."""
    return MoodEntry(id=id, felt_at=AT, score=3, note=f"{id} " * 150)


def put(store: Store, turn: int) -> None:
    """Write something."""
    store.put(mood(f"put-{turn}"))


def leave(store: Store, turn: int) -> None:
    """Say that what waits is about to travel."""
    store.leave(store.pending(500))


def settle(store: Store, turn: int) -> None:
    """Hear the clinic: verdicts for all that waits, and a page of news."""
    waiting = store.pending(500)
    verdicts = [Verdict(mid=m.mid, status="ok", id=m.id, rev=f"e.{n}", seq=n) for n, m in enumerate(waiting)]
    rows = [
        Row(id=f"n{turn}-{n}", kind="mood", rev=f"e.{n}", seq=1000 * turn + n, body=mood(str(n)).body())
        for n in range(20)
    ]
    pages = [Page(scope=SCOPE, rows=rows, cursor=f"c{turn}")]
    store.settle(waiting, Reply(verdicts=verdicts, pages=pages))


def index(store: Store, turn: int) -> None:
    """Read what is new into the search index."""
    search.catch_up(store.db)


def undo(store: Store, turn: int) -> None:
    """Take back what waits."""
    states.undo(store, states.waiting(store)[0]["mid"])


def keep(store: Store, turn: int) -> None:
    """Remember a setting."""
    store.keep(draft="x" * 5000 + str(turn))


def rekey(store: Store, turn: int) -> None:
    """Encrypt everything anew."""
    store.rekey(KEY)


def attach(store: Store, turn: int) -> None:
    """Write something with a picture."""
    write(store, picture(30_000, turn))


WORKS: list[Work] = [put, leave, settle, index, undo, keep, rekey, attach]
ROOMS = [(0, 2), pytest.param((0, 1, 2, 3, 5, 8, 13, 21, 34), marks=pytest.mark.slow)]


@pytest.mark.parametrize("rooms", ROOMS, ids=len)
@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_with_no_room_it_says_so_and_everything_is_as_it_was(
    disk: Disk, store: Store, work: Work, rooms: tuple[int, ...]
) -> None:
    full = 0
    for turn, blocks in enumerate(rooms, start=1):
        for number in range(4):
            store.put(mood(f"more-{turn}-{number}"))
        before = store.rows(ALL)
        disk.fill(leave=blocks)
        try:
            work(store, turn)
        except StoreFull:
            full += 1
            assert not store.db.conn.in_transaction
            assert store.rows(ALL) == before
        disk.clear()
        work(store, turn)
    assert full
    assert check(disk.place / "profile" / "evenkeel.db", KEY).is_whole


def test_a_part_of_a_file_that_finds_no_room_is_still_to_come(disk: Disk, store: Store) -> None:
    data = picture(2 * PART + 5)
    mine, blob = named(data), Blob(scope=SCOPE, hash=named(data).hash, size=len(data))
    shelf.ask_for(store, mine)
    for n in range(blob.parts):
        part = data[n * PART : (n + 1) * PART]
        before = store.rows(ALL)
        disk.fill()
        with pytest.raises(StoreFull):
            Shelf(store).take(blob, n, part)
        assert store.rows(ALL) == before and shelf.where(store, mine) == "coming"
        disk.clear()
        Shelf(store).take(blob, n, part)
    assert Shelf(store).finish(blob) and b"".join(shelf.read(store, mine)) == data
