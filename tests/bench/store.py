"""What the store costs against the floor: taking rows in, one write, queries, the search index."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.store import Store, open_store
from app.store.search import catch_up, find
from sync.fhir.reading import Found, resources
from sync.fhir.record import record
from sync.models import MoodEntry, new_id
from sync.protocol.wire import Page, Reply, Row
from tests.bench.documents import lines
from tests.bench.floor import KEY, Cost, insert

SCOPE = "patient:bench"


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


def measure(count: int) -> dict[str, Any]:
    """All figures for one size."""
    found = resources("bench.ndjson", "\n".join(lines(count)).encode())
    papers = [record(one) for one in found if isinstance(one, Found)]
    bodies = [(paper.id, paper.body) for paper in papers]
    rows = [
        Row(id=id, kind="record", rev=f"e.{n}", seq=n, body=body) for n, (id, body) in enumerate(bodies, 1)
    ]
    with tempfile.TemporaryDirectory() as folder:
        floor = insert(Path(folder), bodies)
        store = open_store(Path(folder), KEY, now)
        store.scope = SCOPE
        with Cost() as settle:
            for first in range(0, len(rows), 1000):
                page = Page(scope=SCOPE, rows=rows[first : first + 1000], cursor=str(first), more=True)
                store.settle([], Reply(pages=[page]))
        with Cost() as index:
            while catch_up(store.db):
                pass
        figures = {
            "documents": count,
            "floor_s": round(floor.wall, 3),
            "settle_ratio_wall": round(settle.wall / floor.wall, 2),
            "settle_ratio_cpu": round(settle.cpu / floor.cpu, 2),
            "search_index_ratio_wall": round(index.wall / floor.wall, 2),
            "bytes_per_document": (Path(folder) / "evenkeel.db").stat().st_size // count,
            **single(store),
        }
        store.close()
    return figures


def single(store: Store) -> dict[str, float]:
    """One action at a time, in milliseconds: a write, what waits, a list of fifty, a search."""
    writes = [timed(lambda: store.put(mood())) for _ in range(300)]
    fifty = """SELECT id, body ->> 'title' FROM docs WHERE kind = 'record' AND scope = ? AND deleted = 0
        ORDER BY n DESC LIMIT 50"""
    return {
        "put_p50_ms": round(statistics.median(writes), 2),
        "put_p99_ms": round(sorted(writes)[-3], 2),
        "pending_ms": round(timed(lambda: store.pending(100)), 2),
        "list_ms": round(timed(lambda: store.rows(fifty, SCOPE)), 2),
        "search_ms": round(timed(lambda: find(store.db, SCOPE, "glucose")), 2),
    }


def mood() -> MoodEntry:
    """A mood."""
    return MoodEntry(id=new_id(now()), felt_at=now(), score=3, note="as always")


def timed(action: Any) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000
