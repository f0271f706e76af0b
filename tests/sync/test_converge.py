"""Whatever happens in whatever order, the devices end up equal, and equal to the clinic.

Two devices with real encrypted stores and the clinic's real tables. Steps: write, edit, delete, undo, sync with tiny
pages and pieces, stop in the middle of a first download, send and lose the reply, deliver twice, back the clinic up and
put the backup back, forget snapshots and old deletions. A script that once broke it
is pinned with @example and stays.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.store import Store, open_store, states
from sync.models import MoodEntry, new_id
from sync.protocol.flow import Fetch, sync_flow
from sync.protocol.wire import Exchange, Reply
from sync.server.clinic import Clinic
from sync.server.compaction import compact
from sync.server.database import Database
from sync.server.exchange import answer
from sync.server.gate import Visitor
from sync.server.keys import Keys
from sync.server.ledger import new_epoch
from sync.server.snapshots import Sizes, Snapshots
from sync.server.tables import applied, history, row, scope, segment, snapshot
from tests.conftest import Clock

COUNT = count()
KEYS = Keys(pepper=b"p" * 32, cursor=b"k" * 32, orders=b"o" * 32, blobs=b"b" * 32)
TINY = Sizes(raw=300, changes=2)
TABLES = (row, history, applied)
START = datetime(2026, 6, 2, tzinfo=UTC)
MOST = 60
VERBS = (
    "write", "write", "edit", "edit", "delete", "undo", "sync", "lose", "twice", "backup", "restore",
    "begin", "swept", "compact",
)  # fmt: skip
Step = tuple[str, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(VERBS),
        st.integers(0, 1),
        st.integers(1, 5),
    ),
    max_size=14,
)


class World:
    """Two devices and the clinic."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, START
        self.written: set[str] = set()
        self.let_go: set[str] = set()
        self.unheard: set[int] = set()
        self.kept: list[list[Any]] = [[], [], []]
        self.scope = f"patient:{next(COUNT)}"
        database.begin(self.scope)
        self.snapshots = Snapshots(database, KEYS.pepper, self.clock, TINY)
        self.devices = [open_store(None, bytes([n]) * 32, self.clock) for n in (1, 2)]
        for device in self.devices:
            device.scope = self.scope

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def ask(self, device: int, exchange: Exchange) -> Reply:
        visitor = Visitor(device=f"d{device}", grants={self.scope: "read write"})
        asked = exchange.model_copy(update={"v": 2})
        reply: dict[str, Any] = answer(self.database, KEYS, self.clock, visitor, asked, self.snapshots)
        return Reply.model_validate(json.loads(json.dumps(reply)))

    def answer(self, device: int, said: Exchange | Fetch) -> Reply | bytes | None:
        if isinstance(said, Fetch):
            return self.snapshots.get([self.scope], said.hash)
        return self.ask(device, said)

    def step(self, step: Step) -> None:
        verb, device, number = step
        getattr(self, verb)(device, number)

    def write(self, device: int, number: int) -> None:
        entry = MoodEntry(id=new_id(self.clock()), felt_at=START, score=number)
        self.written.add(entry.id)
        self.devices[device].put(entry)

    def edit(self, device: int, number: int) -> None:
        for entry in self.some(device, number):
            self.devices[device].put(entry.model_copy(update={"score": number}))

    def delete(self, device: int, number: int) -> None:
        for entry in self.some(device, number):
            self.let_go.add(entry.id)
            self.devices[device].delete(entry)

    def undo(self, device: int, number: int) -> None:
        waits = states.waiting(self.devices[device])
        for change in waits[number % len(waits) : number % len(waits) + 1] if waits else []:
            self.let_go |= {change["id"]} if change["reason"] is None else set()
            states.undo(self.devices[device], change["mid"])

    def backup(self, _device: int, _number: int) -> None:
        with self.database.unit(self.scope, write=True) as unit:
            self.kept = [
                unit.connection.execute(sa.select(t).where(t.c.scope == self.scope)).all() for t in TABLES
            ]
            self.head = unit.connection.execute(
                sa.select(scope.c.head).where(scope.c.id == self.scope)
            ).scalar_one()

    def restore(self, _device: int, _number: int) -> None:
        with self.database.unit(self.scope, write=True) as unit:
            for table, rows in zip(TABLES, self.kept, strict=True):
                unit.connection.execute(sa.delete(table).where(table.c.scope == self.scope))
                if rows:
                    unit.connection.execute(sa.insert(table), [dict(one._mapping) for one in rows])
            head = sa.update(scope).where(scope.c.id == self.scope).values(head=getattr(self, "head", 0))
            unit.connection.execute(head)
            new_epoch(unit)
        self.unheard = {0, 1}

    def some(self, device: int, number: int) -> list[MoodEntry]:
        entries = sorted(self.devices[device].find(MoodEntry), key=lambda entry: entry.id)
        return [entries[number % len(entries)]] if entries else []

    def sync(self, device: int, number: int, twice: bool = False) -> None:
        self.unheard.discard(device)
        flow = sync_flow(self.devices[device], batch=number, limit=number * 60)
        said = next(flow)
        for _ in range(MOST):
            reply = self.answer(device, said)
            if twice and isinstance(said, Exchange):
                self.devices[device].settle(said.mutations, self.ask(device, said))
            try:
                said = flow.send(reply)
            except StopIteration:
                return
        pytest.fail("the conversation does not end")

    def begin(self, device: int, number: int) -> None:
        """A first download that is cut off after some pieces, or goes to its end."""
        flow = sync_flow(self.devices[device], batch=number, limit=number * 60)
        said = next(flow)
        for _ in range(number):
            try:
                said = flow.send(self.answer(device, said))
            except StopIteration:
                return

    def swept(self, _device: int, _number: int) -> None:
        """The clinic throws its snapshots away."""
        with self.database.unit(self.scope, write=True) as unit:
            for table in (snapshot, segment):
                unit.connection.execute(sa.delete(table).where(table.c.scope == self.scope))

    def compact(self, _device: int, _number: int) -> None:
        """Four hundred days pass with nothing on its way, and the clinic forgets what was deleted before.

        Every device has heard of the last restored backup by then.

        Nobody puts back a backup from before: what the clinic took is offered for 30 days and no longer.
        """
        tried = any(store.rows("SELECT 1 FROM away") for store in self.devices)
        if not (tried or self.unheard):
            self.now += timedelta(days=401)
            compact(self.database, int((self.now - timedelta(days=400)).timestamp() * 1000))
            self.backup(0, 0)

    def twice(self, device: int, number: int) -> None:
        self.sync(device, number, twice=True)

    def lose(self, device: int, number: int) -> None:
        store = self.devices[device]
        sent = store.pending(number)
        store.leave(sent)
        self.ask(device, Exchange(cursors=dict(store.cursors()), mutations=list(sent)))

    def view(self, store: Store) -> list[dict[str, Any]]:
        return store.rows("SELECT id, kind, body, rev, seq FROM docs WHERE deleted = 0 ORDER BY id")


@pytest.fixture
def database(clinic: Clinic, clock: Clock) -> Database:
    return clinic.database


def converge(database: Database, script: list[Step]) -> None:
    world = World(database)
    for step in script:
        world.step(step)
    for device in (0, 1, 0, 1, 0):
        world.sync(device, 5)
    one, other = (world.view(store) for store in world.devices)
    fresh = open_store(None, b"f" * 32, world.clock)
    world.devices.append(fresh)
    world.sync(2, 5)
    assert one == other == world.view(fresh)
    missing = world.written - world.let_go - {found["id"] for found in one}
    assert not missing, "nothing that was written and not taken back is lost, whatever the clinic forgot"
    assert not any(store.pending(1) for store in world.devices)
    assert not world.devices[0].rows("SELECT * FROM base"), "nothing lies beneath a document that is settled"


PINNED: list[Step] = [
    ("write", 0, 1),
    ("write", 0, 2),
    ("write", 0, 3),
    ("write", 1, 3),
    ("sync", 1, 5),
    ("sync", 0, 2),
]


@example(script=PINNED)
@example(script=[("write", 0, 1)] * 6 + [("begin", 0, 2), ("restore", 0, 1)])
@example(script=[("write", 0, 1)] * 5 + [("begin", 0, 3), ("restore", 0, 1)])
@example(script=[("write", 0, 4), ("sync", 0, 5), ("restore", 0, 1)])
@example(script=[("write", 0, 4), ("sync", 0, 5), ("write", 0, 2), ("restore", 0, 1), ("sync", 0, 1)])
@example(script=[("write", 0, 1), ("edit", 0, 2), ("sync", 0, 1), ("undo", 0, 1)])
@example(script=[("write", 0, 4), ("lose", 0, 5), ("undo", 0, 5)])
@example(script=[("write", 0, 1), ("lose", 0, 5), ("edit", 0, 4), ("twice", 0, 1), ("delete", 1, 1)])
@given(script=steps)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_devices_end_up_equal(database: Database, script: list[Step]) -> None:
    converge(database, script)


@pytest.mark.slow
@given(script=st.lists(steps, max_size=3).map(lambda parts: list(chain.from_iterable(parts))))
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_devices_end_up_equal_after_long_scripts(database: Database, script: list[Step]) -> None:
    converge(database, script)
