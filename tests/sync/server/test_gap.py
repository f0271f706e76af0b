"""Many writers, transactions that sleep before they commit, and a reader that never stops asking: is a row passed by?

The product's own ledger and feed lose none. The same run with numbers that are given out before the scope's counter is
locked, by a sequence or by a clock, does lose rows: so the run would notice.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence

import pytest
import sqlalchemy as sa
from house import Clock

from sync.server.clinic import Clinic
from sync.server.database import Database
from sync.server.feed import Budget, page
from sync.server.ledger import Ledger
from sync.server.tables import row, scope

ROWS, WRITERS, SCOPES = 400, 6, 3
KEY = b"k" * 32
Write = Callable[[Database, str, str], None]


def hesitate(chance: random.Random) -> None:
    """A transaction that does something else before it commits."""
    if chance.random() < 0.2:
        time.sleep(chance.random() * 0.003)


def by_counter(database: Database, where: str, id: str) -> None:
    """As the product writes."""
    with database.unit(where, write=True) as unit:
        ledger = Ledger(unit, 0)
        ledger.put(id, "mood", "{}")
        ledger.close()
        hesitate(random)


def numbered_early(number: Callable[[], int]) -> Write:
    """The mistake: the number is there before the counter is locked."""

    def write(database: Database, where: str, id: str) -> None:
        seq = number()
        hesitate(random)
        with database.unit(where, write=True) as unit:
            said = {
                "scope": where,
                "id": id,
                "kind": "mood",
                "rev": id,
                "seq": seq,
                "deleted": False,
                "version": 1,
            }
            unit.connection.execute(sa.insert(row), {**said, "body": "{}", "received_ms": 0})
            head = sa.case((scope.c.head < seq, seq), else_=scope.c.head)
            unit.connection.execute(sa.update(scope).where(scope.c.id == where).values(head=head))

    return write


def read(database: Database, cursors: dict[str, str | None], seen: set[str]) -> bool:
    """One round over all scopes, each cursor moved on. False when nothing came."""
    before = len(seen)
    for where, cursor in cursors.items():
        got = page(database, where, cursor, Budget(1 << 20), (), KEY)
        seen.update(one["id"] for one in got["rows"])
        cursors[where] = got["cursor"]
    return len(seen) > before


def run(nodes: Sequence[Database], write: Write) -> tuple[int, int]:
    """How many rows were committed through these nodes, and how many of them the reader never saw."""
    database = nodes[0]
    scopes = [f"patient:{number}" for number in range(SCOPES)]
    for one in scopes:
        database.begin(one)
    done, committed, seen = threading.Event(), [set() for _ in range(WRITERS)], set()
    cursors: dict[str, str | None] = dict.fromkeys(scopes)

    def work(number: int) -> None:
        chance = random.Random(number)
        for turn in range(ROWS // WRITERS):
            id = f"{number}-{turn}"
            write(nodes[number % len(nodes)], chance.choice(scopes), id)
            committed[number].add(id)

    def ask() -> None:
        while not done.is_set():
            read(database, cursors, seen)

    writers = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    reader = threading.Thread(target=ask)
    for one in (reader, *writers):
        one.start()
    for one in writers:
        one.join()
    done.set()
    reader.join()
    while read(database, cursors, seen):
        pass
    whole = set().union(*committed)
    return len(whole), len(whole - seen)


@pytest.fixture
def nodes(db_url, clock: Clock):
    """Two nodes on one database."""
    clinics = [Clinic(db_url, clock=clock, fast=True) for _ in range(2)]
    yield [clinic.database for clinic in clinics]
    for clinic in clinics:
        clinic.dispose()


@pytest.mark.slow
def test_the_products_own_feed_passes_no_row_by(nodes):
    committed, lost = run(nodes, by_counter)
    assert committed >= ROWS - WRITERS and lost == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sequence", "clock"])
def test_a_number_given_out_before_the_lock_is_seen_to_lose_rows(nodes, kind):
    count = itertools.count(1)
    number = count.__next__ if kind == "sequence" else time.time_ns
    committed, lost = run(nodes, numbered_early(number))
    assert committed >= ROWS - WRITERS and lost > 0
