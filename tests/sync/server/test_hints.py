"""How those who wait hear of news: from this process, from another one, on both databases; and when they may not."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from house import Clock

from sync.models import Clinic as Place
from sync.server.clinic import Clinic
from sync.server.database import Database
from sync.server.errors import BadHints
from sync.server.hints import Hints, mark, mode_of

SCOPE = "patient:pa"
SOON = 10.0


async def next_news(hints: Hints, device: str = "d1", scope: str = SCOPE, seconds: float = SOON) -> bool:
    """Hold once, and say whether anything came before the time was over."""
    with hints.hold(device, [scope]) as hold:
        assert hold is not None
        return await hold.news(asyncio.get_running_loop().time() + seconds)


async def holding(hints: Hints, count: int = 1) -> None:
    async with asyncio.timeout(SOON):
        while hints.holds != count:
            await asyncio.sleep(0)


def note(number: int = 0) -> Place:
    return Place(id=f"c{number}", name="Elm Street", phone="555-0100", hours=["Mon"])


@pytest.fixture
def nodes(db_url: str, clock: Clock) -> Iterator[tuple[Clinic, Clinic]]:
    """Two processes' worth of one clinic: they share the database and nothing else."""
    one, two = Clinic(db_url, clock=clock, fast=True), Clinic(db_url, clock=clock, fast=True)
    one.database.begin(SCOPE)
    yield one, two
    one.dispose()
    two.dispose()


async def test_a_commit_of_another_node_is_heard(nodes):
    here, there = nodes
    news = asyncio.ensure_future(next_news(here.database.hints))
    await holding(here.database.hints)
    await asyncio.sleep(1.5)  # past the first look, after which everybody looks once
    again = asyncio.ensure_future(next_news(here.database.hints, "d2"))
    await holding(here.database.hints, 1 if news.done() else 2)
    await asyncio.to_thread(there.put, SCOPE, note())
    assert await again and await news


async def test_a_listener_that_was_cut_off_comes_back(postgres_url, clock):
    clinic = Clinic(postgres_url, clock=clock, fast=True)
    hints = clinic.database.hints
    assert await next_news(hints)  # the first look: it listens
    with clinic.database.directory(write=True) as connection:
        ours = (
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'evenkeel-hints'"
        )
        assert len(connection.execute(sa.text(ours)).all()) == 1
    assert await next_news(hints)  # it is back: everybody looks
    clinic.dispose()


async def test_a_rolled_back_write_tells_nobody(db_url):
    database = Database(db_url, hints="local")
    database.begin(SCOPE)
    with pytest.raises(ZeroDivisionError):
        await rolled_back(database)
    assert not await waited(database)
    database.dispose()


async def waited(database: Database) -> bool:
    return await next_news(database.hints, seconds=0.2)


async def rolled_back(database: Database) -> None:
    news = asyncio.ensure_future(waited(database))
    await holding(database.hints)
    try:
        with database.unit(SCOPE, write=True) as unit:
            unit.moved = True
            raise ZeroDivisionError
    finally:
        assert not await news


async def test_a_hint_carries_a_mark_and_no_name(postgres_url, clock):
    import psycopg

    clinic = Clinic(postgres_url, clock=clock, fast=True)
    clinic.database.begin(SCOPE)
    plain = clinic.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("LISTEN evenkeel")
        clinic.put(SCOPE, note())
        (heard,) = [notice.payload for notice in connection.notifies(timeout=SOON, stop_after=1)]
    assert heard == mark(SCOPE) and SCOPE not in heard
    clinic.dispose()


async def test_local_hints_send_nothing_to_other_processes(postgres_url, clock):
    import psycopg

    clinic = Clinic(postgres_url, clock=clock, fast=True, hints="local")
    clinic.database.begin(SCOPE)
    plain = clinic.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("LISTEN evenkeel")
        clinic.put(SCOPE, note())
        assert not list(connection.notifies(timeout=0.3))
    clinic.dispose()


async def test_without_hints_nobody_waits(sqlite_url):
    database = Database(sqlite_url, hints="off")
    with database.hints.hold("d", [SCOPE]) as hold:
        assert hold is None
    database.dispose()


def test_how_hints_travel_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("EVENKEEL_HINTS", "local")
    assert (mode_of(None), mode_of("off")) == ("local", "off")
    monkeypatch.setenv("EVENKEEL_HINTS", "pigeon")
    with pytest.raises(BadHints, match="pigeon"):
        mode_of(None)


async def test_there_are_only_so_many_places():
    hints = Hints("local", most=1)
    with hints.hold("d1", [SCOPE]) as first, hints.hold("d2", [SCOPE]) as second:
        assert first and second is None


async def test_ten_thousand_wait_in_one_process_and_are_woken_at_once():
    hints, many = Hints("local"), 10_000
    gc.collect()
    tasks = [asyncio.ensure_future(next_news(hints, f"d{n}", f"patient:{n % 100}", 60)) for n in range(many)]
    await holding(hints, many)
    started = time.process_time()
    for n in range(100):
        await asyncio.to_thread(hints.tell, mark(f"patient:{n}"))
    assert all(await asyncio.gather(*tasks))
    assert time.process_time() - started < 5
    assert hints.holds == 0 and not hints.waited_for()
