"""What a newer app or clinic said is kept to the letter by an older one, and read once it is updated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

import pytest

from app.core.errors import NeedsUpdate
from app.store import Store, open_store
from app.store.newer import count_newer
from sync.models import MoodEntry
from sync.protocol.wire import Page, Reply, Row

NOW = datetime(2026, 6, 2, tzinfo=UTC)
SCOPE = "patient:rosa"
LATER = '{"felt_at":"2026-06-02T08:00:00Z","score":{"from":-3,"to":3},"colour":"blue"}'


class MoodOfTomorrow(MoodEntry):
    """A mood as a later version writes it."""

    version: ClassVar[int] = 2
    score: dict[str, int]  # type: ignore[assignment]
    colour: str = ""


@pytest.fixture
def store() -> Store:
    """An empty store for Rosa."""
    made = open_store(None, bytes(32), lambda: NOW)
    made.scope = SCOPE
    return made


def tell(store: Store, *rows: Row) -> None:
    """The clinic's rows arrive."""
    store.settle([], Reply(pages=[Page(scope=SCOPE, rows=list(rows), cursor="c")]))


def moods(store: Store) -> None:
    """One mood of today's shape and one of tomorrow's."""
    today = '{"felt_at":"2026-06-01T08:00:00Z","score":4}'
    tell(
        store,
        Row(id="old", kind="mood", rev="e.1", seq=1, body=today),
        Row(id="new", kind="mood", rev="e.2", seq=2, version=2, body=LATER),
        Row(id="odd", kind="telepathy", rev="e.3", seq=3, body='{"thought":"x"}'),
    )


def test_what_is_newer_is_counted_and_stops_no_screen(store: Store) -> None:
    moods(store)
    assert [mood.id for mood in store.find(MoodEntry)] == ["old"]
    assert store.get(MoodEntry, "new") is None
    assert count_newer(store) == 2


def test_after_an_update_it_reads_to_the_letter(store: Store) -> None:
    moods(store)
    found = store.get(MoodOfTomorrow, "new")
    assert found and found.colour == "blue" and found.score == {"from": -3, "to": 3}
    assert store.rows("SELECT body FROM docs WHERE id = 'new'")[0]["body"] == LATER


def test_an_older_app_does_not_write_over_it(store: Store) -> None:
    moods(store)
    entry = MoodEntry(id="new", felt_at=NOW, score=3)
    for write in (store.put, store.delete):
        with pytest.raises(NeedsUpdate):
            write(entry)
    assert not store.pending(9)
    assert store.rows("SELECT body FROM docs WHERE id = 'new'")[0]["body"] == LATER


def test_counting_looks_at_no_document(store: Store) -> None:
    moods(store)
    plans = store.rows("EXPLAIN QUERY PLAN SELECT min(kind) FROM docs WHERE docs.kind > 'a'")
    assert all("SCAN" not in plan["detail"] for plan in plans)
