"""The whole product path: a server process, sign-in, HTTP on loopback, the encrypted store."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.clinic_process import ask, free_port, start, stop, wait_for
from app.context import App
from app.main import make_app
from app.store import states
from app.store.search import catch_up
from app.vault import Vault
from sync.client.engine import Outcome
from sync.models import MoodEntry, new_id
from tests.bench.documents import PATIENT, write
from tests.bench.floor import Cost, insert, peak_mb

PASSCODE = "bench passcode"


@contextmanager
def served(folder: Path, count: int) -> Iterator[tuple[str, str]]:
    """A clinic with one patient of that many documents, served by its own process: (database, address)."""
    url, port = f"sqlite:///{folder / 'clinic.db'}", free_port()
    ask("import", str(write(folder, count)), "--db", url, "--json")
    process: subprocess.Popen[bytes] = start(url, port, folder / "clinic.log")
    try:
        wait_for(f"http://127.0.0.1:{port}/v1/health", process)
        yield url, f"http://127.0.0.1:{port}"
    finally:
        stop(process)


def measure(count: int) -> dict[str, Any]:
    """First sync, no change, ten changed, a thousand written, for one size."""
    with tempfile.TemporaryDirectory() as name, served(Path(name), count) as (url, address):
        return asyncio.run(converse(Path(name), url, address, count))


async def converse(folder: Path, url: str, address: str, count: int) -> dict[str, Any]:
    """Everything one device does, measured."""
    app = make_app(folder / "device", vault=Vault(folder / "device", fast=True))
    code = json.loads(ask("invite", "--db", url, "--patient", PATIENT, "--json"))["code"]
    await app.enrol(address, code, PASSCODE)
    first = await phase(app)
    with Cost() as index:
        while catch_up(app.store.db):
            pass
    bodies = [tuple(row.values()) for row in app.store.db.query("SELECT id, body FROM docs")]
    floor = insert(folder, bodies)
    found = {
        "documents": count,
        "floor_s": round(floor.wall, 3),
        "first": {
            **first,
            "ratio_wall": ratio(first["wall_s"], floor.wall),
            "ratio_cpu": ratio(first["cpu_s"], floor.cpu),
        },
        "search_index": {"ratio_wall": ratio(index.wall, floor.wall)},
        "no_change": await phase(app),
        "incremental_10": await incremental(app, url, folder),
        "push_1000": await push(app, 1000),
        "peak_rss_mb": peak_mb(),
    }
    await app.engine.transport.close()  # type: ignore[union-attr]
    app.lock()
    return found


async def phase(app: App) -> dict[str, Any]:
    """One sync and its cost."""
    engine = app.engine
    assert engine
    traffic = engine.transport.traffic
    before = (traffic.requests, traffic.up, traffic.down)
    with Cost() as cost:
        outcome: Outcome = await engine.sync_once()
    return {
        "wall_s": round(cost.wall, 3),
        "cpu_s": round(cost.cpu, 3),
        "requests": traffic.requests - before[0],
        "up": traffic.up - before[1],
        "down": traffic.down - before[2],
        "received": outcome.received,
        "sent": outcome.sent,
    }


async def incremental(app: App, url: str, folder: Path) -> dict[str, Any]:
    """Ten resources change at the clinic."""
    changed = (folder / "bench.ndjson").read_text().splitlines()[1:11]
    file = folder / "changed.ndjson"
    fresh = [dict(json.loads(line), language="en") for line in changed]
    who = (folder / "bench.ndjson").read_text().splitlines()[0]
    file.write_text("\n".join([who, *map(json.dumps, fresh)]))
    ask("import", str(file), "--db", url, "--json")
    return await phase(app)


async def push(app: App, count: int) -> dict[str, Any]:
    """Moods written on the device, then sent."""
    with Cost() as local:
        for _ in range(count):
            at = app.now()
            app.store.put(MoodEntry(id=new_id(at), felt_at=at, score=3))
    sent = await phase(app)
    assert not states.waiting(app.store)
    return {**sent, "local_s": round(local.wall, 3)}


def ratio(one: float, other: float) -> float:
    """How many times the other."""
    return round(one / other, 2)
