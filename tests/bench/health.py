"""What somebody waits for in Health: a search as they type, the sections, a list, and the first picture of a screen.

Each at several sizes of the record; what counts is the growth against the least one. The documents are those of
`bench sync`: real synthetic patients where they lie beside the checkout.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.context import App
from app.features.health import queries
from app.main import make_app, views_and_indices, window
from app.store.project import project
from app.store.search import catch_up
from app.vault import Vault
from sync.fhir.reading import Found
from sync.fhir.record import record
from sync.protocol.wire import Page, Reply, Row
from tests.bench import corpus
from tests.harness import Window

SCOPE = "patient:bench"
TYPED = (
    "h", "he", "hem", "hemoglobin", "a1c", "glu", "glucose in", "blood pressure", "met", "metformin", "diab",
    "body", "vacuna", "presión", "2019", "in", "zzzz", "urea nit", "creatinine", "visit",
)  # fmt: skip
PAGES = ("/health", "/health/list/result")
ROUNDS = 10
Figures = dict[str, Any]


def measure(counts: list[int]) -> Figures:
    """All sizes; `growth` is each figure over that of the least size, by how many times the documents grew."""
    found = corpus.every(corpus.DATA, max(counts))
    order = sorted(found, key=lambda id: id[::-1])
    runs = [one([found[id] for id in order[:count]]) for count in sorted(counts)]
    for run in runs:
        run["growth"] = {
            name: round(run[name]["p95_ms"] / max(runs[0][name]["p95_ms"], 0.01), 1)
            for name in ("search", "sections", "list", "readings", *PAGES)
        }
        run["documents_grew"] = round(run["documents"] / runs[0]["documents"], 1)
    return {"runs": runs}


def one(texts: list[str]) -> Figures:
    """A record of these documents."""
    with tempfile.TemporaryDirectory() as name:
        app = filled(Path(name), texts)
        asyncio.run(app.unlock("135790"))
        store = app.store
        while catch_up(store.db):
            pass
        store.scope = SCOPE
        figures = {
            "documents": len(texts),
            "search": spent([lambda text=text: queries.search(store, text, "en") for text in TYPED]),
            "sections": spent([lambda: queries.count_sections(store)]),
            "list": spent([lambda: queries.list_section(store, "result", 51)]),
            "readings": spent([lambda: queries.list_readings(store)]),
            **asyncio.run(pictures(app)),
        }
        app.lock()
    return figures


def filled(folder: Path, texts: list[str]) -> App:
    """An app whose clinic has sent these documents."""
    vault = Vault(folder, fast=True)
    vault.create("135790")
    app = make_app(folder, now=lambda: datetime.now(UTC), vault=vault)
    asyncio.run(app.unlock("135790"))
    app.store.keep(credentials={"server": "https://clinic.test", "jwk": {}, "device": "d"}, scope=SCOPE)
    rows = [row(number, json.loads(text)["resource"]) for number, text in enumerate(texts, 1)]
    for first in range(0, len(rows), 1000):
        page = Page(
            scope=SCOPE, rows=rows[first : first + 1000], cursor=str(first), more=first + 1000 < len(rows)
        )
        app.store.settle([], Reply(pages=[page]))
    project(app.store.db, *views_and_indices())
    app.lock()
    return app


def row(number: int, resource: dict[str, Any]) -> Row:
    """A document as the clinic sends it."""
    raw = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
    made = record(Found(resource["resourceType"], resource["id"], raw, resource))
    return Row(id=made.id, kind="record", rev=f"e.{number}", seq=number, body=made.body)


def spent(actions: list[Callable[[], object]]) -> Figures:
    """The middle and the slow end of each done some times, in milliseconds."""
    return figures_of([timed(action) for _ in range(ROUNDS) for action in actions])


def timed(action: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def figures_of(spent: list[float]) -> Figures:
    """Median and 95th of a hundred."""
    ordered = sorted(spent)
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 2),
    }


async def pictures(app: App) -> Figures:
    """From asking for a page to its first picture, in a session without a window."""
    await app.unlock("135790")
    app.store.scope = SCOPE
    found: dict[str, list[float]] = {page: [] for page in PAGES}
    async with Window(window(app)) as seen:
        for _ in range(ROUNDS):
            for page in PAGES:
                await seen.go("/me")
                started = time.perf_counter()
                await seen.go(page)
                found[page].append((time.perf_counter() - started) * 1000)
    return {page: figures_of(times) for page, times in found.items()}
