"""What came in is read into the search index while nobody waits for it, and not while the connection is at work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.reading import Reader
from app.store import Store, open_store
from sync.client.link import Link
from sync.models import MoodEntry, new_id

NOW = datetime(2026, 6, 3, tzinfo=UTC)


@pytest.fixture
def store() -> Store:
    store = open_store(None, b"k" * 32, lambda: NOW)
    store.scope = "patient:rosa"
    return store


def due(store: Store) -> int:
    return int(store.rows("SELECT count(*) AS n FROM search_due")[0]["n"])


def write(store: Store, count: int) -> None:
    for _ in range(count):
        store.put(MoodEntry(id=new_id(NOW), felt_at=NOW, score=3, note="by the river"))


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.005)


async def test_it_reads_at_rest_and_waits_while_the_connection_works(store: Store) -> None:
    link = Link()
    write(store, 250)
    reading = asyncio.create_task(Reader(store, link).run())
    try:
        await until(lambda: due(store) == 0)
        link.say("working")
        write(store, 3)
        await asyncio.sleep(0.05)
        assert due(store) == 3
        link.say("up-to-date", NOW)
        await until(lambda: due(store) == 0)
    finally:
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
    assert not link._heard


async def test_a_closed_record_ends_it_without_a_word(store: Store) -> None:
    write(store, 500)
    reading = asyncio.create_task(Reader(store, Link()).run())
    await asyncio.sleep(0)
    reading.cancel()
    store.close()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
