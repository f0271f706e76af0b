"""Whatever is cut, doubled, mixed up or changed on its way: files arrive whole, and no document without its files.

Two devices with real encrypted stores and the clinic's real tables, driven by the real flows. A request may be lost
before or after the clinic heard it, come twice, come late, or carry wrong bytes; a device may stop between any two; the
clinic may be put back from an empty backup.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Generator
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from house import Clock
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.store import open_store, shelf
from app.store.shelf import Shelf
from sync.models.attachment import attachments_in
from sync.protocol.attachments import PART, Head, Held, Offer, Offered, Part, download_flow, upload_flow
from sync.protocol.flow import sync_flow
from sync.protocol.wire import Exchange, Reply
from sync.server.blobs import Blobs, Caps
from sync.server.database import Database
from sync.server.gate import Visitor
from sync.server.ledger import new_epoch
from sync.server.tables import applied, blob, blob_part, history, row
from tests.sync.letters import Letter, picture, write

COUNT = count()
VERBS = (
    "write",
    "edit",
    "talk",
    "carry",
    "cut",
    "twice",
    "late",
    "wrong",
    "wrong",
    "fetch",
    "garble",
    "forget",
)
SIZES = (1, PART, PART + 1, 3 * PART)
steps = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=14
)
Step = tuple[str, int, int]


class World:
    """Two devices of one person, and the clinic."""

    def __init__(self, database: Database, ask: Any) -> None:
        self.database, self.clock, self.answer = database, Clock(), ask
        self.scope = f"patient:{next(COUNT)}"
        database.begin(self.scope)
        self.stores = [open_store(None, bytes([n]) * 32, self.clock) for n in (1, 2)]
        for store in self.stores:
            store.scope = self.scope
        self.old: list[Part] = []
        self.bad = False
        self.files: dict[str, bytes] = {}
        self.written: set[str] = set()

    def step(self, verb: str, device: int, number: int) -> None:
        self.clock.pass_(seconds=1)
        getattr(self, verb)(device, number)

    # --- what a person does

    def write(self, device: int, number: int) -> None:
        data = picture(SIZES[number], number)
        letter = write(self.stores[device], data, text=f"{device}{number}")
        self.files[letter.attachments[0].hash] = data
        self.written.add(letter.text)

    def edit(self, device: int, number: int) -> None:
        for letter in self.stores[device].find(Letter)[number : number + 1]:
            self.stores[device].put(letter.model_copy(update={"text": letter.text + "."}))
            self.written = {text for text in self.written if text != letter.text} | {letter.text + "."}

    # --- what the network does

    def carry(self, device: int, number: int, cut: int = 99, twice: bool = False, wrong: int = -1) -> None:
        """The attachments of one device, until the answer to request `cut` is lost."""
        flow: Generator[Any, Any, None] = upload_flow(Shelf(self.stores[device]))
        said = next(flow, None)
        for turn in range(60):
            if said is None:
                return
            for _ in range(1 + twice):
                held = self.up(harmed(said) if turn == wrong else said)
            if turn == cut:
                return
            try:
                said = flow.send(held)
            except StopIteration:
                return
        pytest.fail("the upload does not end")

    def cut(self, device: int, number: int) -> None:
        self.carry(device, number, cut=number)

    def twice(self, device: int, number: int) -> None:
        self.carry(device, number, twice=True)

    def wrong(self, device: int, number: int) -> None:
        self.carry(device, number, wrong=1 + number % 3)

    def late(self, device: int, number: int) -> None:
        for part in random.Random(number).sample(self.old, min(3, len(self.old))):
            self.up(part)

    def up(self, said: Offer | Part) -> Offered | Held:
        with self.database.unit(self.scope, write=True) as unit:
            held = Blobs(unit, b"s" * 32, Caps(), 0)
            if isinstance(said, Offer):
                return Offered(blobs=[held.offer(one, "d") for one in said.blobs])
            self.old.append(said)
            return held.take(said)

    def fetch(self, device: int, number: int, cut: int = -1) -> None:
        """Ask for the files of what is here, stop after one answer, go on."""
        store = self.stores[device]
        for letter in store.find(Letter):
            for one in letter.attachments:
                shelf.ask_for(store, one)
        for wanted, _asked in Shelf(store).wanted():
            for stop in (cut if cut >= 0 else number, 99):
                self.down(store, wanted, stop)

    def garble(self, device: int, number: int) -> None:
        """What comes down is changed on its way."""
        self.bad = True
        self.fetch(device, 3)
        self.bad = False

    def down(self, store: Any, wanted: Any, stop: int) -> None:
        flow = download_flow(Shelf(store), wanted)
        try:
            said = next(flow)
            for _ in range(stop):
                with self.database.unit(self.scope) as unit:
                    data = Blobs(unit, b"s" * 32, Caps(), 0).read(said.hash, said.n, said.count)
                said = flow.send(bytes(len(data or b"")) if self.bad else data or b"")
        except StopIteration:
            return

    def talk(self, device: int, number: int) -> None:
        flow = sync_flow(self.stores[device], batch=5)
        exchange = next(flow)
        for _ in range(60):
            try:
                exchange = flow.send(self.ask(device, exchange))
            except StopIteration:
                return
        pytest.fail("the conversation does not end")

    def ask(self, device: int, exchange: Exchange) -> Reply:
        visitor = Visitor(device=f"d{device}", grants={self.scope: "read write"})
        said = exchange.model_copy(update={"v": 2})
        return Reply.model_validate(json.loads(json.dumps(self.answer(visitor, said))))

    def forget(self, device: int, number: int) -> None:
        """The clinic is put back from a backup made before anything was said."""
        with self.database.unit(self.scope, write=True) as unit:
            for table in (row, history, applied, blob, blob_part):
                unit.connection.execute(sa.delete(table).where(table.c.scope == self.scope))
            new_epoch(unit)

    # --- what must hold

    def check(self) -> None:
        """No document at the clinic without its files, and no file that is not what it is called."""
        with self.database.unit(self.scope) as unit:
            bodies = unit.connection.scalars(sa.select(row.c.body).where(row.c.scope == self.scope)).all()
            held = Blobs(unit, b"s" * 32, Caps(), 0)
            for hash in {one.hash for body in bodies for one in attachments_in(body)}:
                data = b"".join(held.read(hash, n, 1) or b"" for n in range(4))
                assert hashlib.sha256(data).hexdigest() == hash
        for store in self.stores:
            for found in store.rows("SELECT n, hash FROM blobs WHERE whole"):
                parts = store.rows("SELECT bytes FROM parts WHERE blob = ? ORDER BY n", found["n"])
                assert b"".join(one["bytes"] for one in parts) == self.files[found["hash"]]

    def settle(self) -> None:
        for _ in range(4):
            for device in (0, 1):
                self.carry(device, 0)
                self.talk(device, 0)


def harmed(said: Offer | Part) -> Offer | Part:
    """The same with one bit changed."""
    if isinstance(said, Offer):
        return said
    return Part(Head(blob=said.head.blob, n=said.head.n), bytes([said.data[0] ^ 1]) + said.data[1:])


def run(database: Database, answer: Any, script: list[Step]) -> None:
    world = World(database, answer)
    for step in script:
        world.step(*step)
        world.check()
    world.settle()
    world.check()
    for device in (0, 1):
        store = world.stores[device]
        assert not store.rows("SELECT 1 FROM outbox") and not shelf.held_back(store)
        world.fetch(device, 0, cut=99)
        letters = store.find(Letter)
        assert world.written <= {letter.text for letter in letters}
        for letter in letters:
            assert [b"".join(shelf.read(store, one)) for one in letter.attachments] == [
                world.files[one.hash] for one in letter.attachments
            ]
    for store in world.stores:
        store.close()


@pytest.fixture
def answer(clinic, request):
    """What the clinic answers to an exchange."""
    from sync.server import exchange

    return lambda visitor, asked: exchange.answer(
        clinic.database, clinic.keys(), clinic.clock, visitor, asked
    )


SUITE = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@example(
    script=[("write", 0, 3), ("talk", 0, 0), ("cut", 0, 2), ("wrong", 0, 0), ("carry", 0, 0), ("late", 0, 1)]
)
@example(
    script=[("write", 0, 3), ("cut", 0, 1), ("write", 1, 3), ("carry", 1, 0), ("twice", 0, 0), ("talk", 0, 0)]
)
@example(
    script=[
        ("write", 0, 2),
        ("carry", 0, 0),
        ("talk", 0, 0),
        ("talk", 1, 0),
        ("edit", 1, 0),
        ("forget", 0, 0),
    ]
)
@example(script=[("write", 0, 3), ("carry", 0, 0), ("talk", 0, 0), ("talk", 1, 0), ("garble", 1, 0)])
@given(script=steps)
@settings(max_examples=8, **SUITE)
def test_files_arrive_whole_whatever_happens(clinic, answer, script):
    run(clinic.database, answer, script)


@pytest.mark.slow
@given(script=steps)
@settings(max_examples=150, **SUITE)
def test_files_arrive_whole_whatever_happens_at_length(clinic, answer, script):
    run(clinic.database, answer, script)
