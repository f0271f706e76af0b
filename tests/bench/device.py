"""One phase of one device, in a process of its own: `python -m tests.bench.device PHASE FOLDER [ARGUMENT…]`.

It prints one line of JSON. `wall_s` runs from opening the vault to the closed store, after the modules were loaded;
`cpu_s` and `rss_mb` are the whole process's.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import anyio._backends._asyncio  # noqa: F401
import httpcore  # noqa: F401
import httpx
import joserfc.jws  # noqa: F401
import zstandard  # noqa: F401

from app.context import App
from app.main import make_app, views_and_indices
from app.store.engine import chosen
from app.store.project import project
from app.store.search import catch_up
from app.vault import Vault
from sync.models import Doc, MoodEntry, Policy, derive_id, new_id
from tests.bench import corpus
from tests.bench.corpus import PATIENT
from tests.bench.memory import peak

PASSCODE = "bench passcode"
HELD = "SELECT kind, body FROM docs WHERE kind IN ('record', 'paper') AND deleted = 0"
WHO = f"Patient.{PATIENT}"
Figures = dict[str, Any]


class Paper(Doc):
    """A document of the corpus that a device may write."""

    kind: ClassVar[str] = "paper"
    policy: ClassVar[Policy] = Policy.KEEP_BOTH

    type: str
    patient: str
    resource: dict[str, Any]


class Tally:
    """Bytes of every request and answer as HTTP/1.1 writes them, headers too."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.up = 0
        self.answers: list[httpx.Response] = []
        client.event_hooks = {"request": [self._asked], "response": [self._answered]}

    async def _asked(self, request: httpx.Request) -> None:
        line = len(f"{request.method} {request.url.raw_path.decode()} HTTP/1.1\r\n")
        self.up += line + head(request.headers) + int(request.headers.get("content-length", "0"))

    async def _answered(self, response: httpx.Response) -> None:
        self.answers.append(response)

    @property
    def down(self) -> int:
        """What came back."""
        lines = sum(len(f"HTTP/1.1 {one.status_code} {one.reason_phrase}\r\n") for one in self.answers)
        return lines + sum(head(one.headers) + one.num_bytes_downloaded for one in self.answers)


def head(headers: httpx.Headers) -> int:
    """The bytes of the header lines and the empty one."""
    return sum(len(name) + len(value) + 4 for name, value in headers.raw) + 2


async def enrol(app: App, address: str, code: str) -> Figures:
    """Join the clinic."""
    await app.enrol(address, code, PASSCODE)
    return {}


async def sync(app: App) -> Figures:
    """One whole conversation."""
    assert app.engine
    transport = app.engine.transport
    tally = Tally(transport.client)
    outcome = await app.engine.sync_once()
    await transport.close()
    spent = transport.traffic
    return {
        "docs": outcome.received,
        "sent": outcome.sent,
        "requests": spent.requests,
        "refused": [one.status_code for one in tally.answers if one.status_code != 200],
        "body_up": spent.up,
        "body_down": spent.down,
        "bytes_up": tally.up,
        "bytes_down": tally.down,
    }


async def index(app: App) -> Figures:
    """Read everything into the search index."""
    rounds = 1
    while catch_up(app.store.db):
        rounds += 1
    return {"rounds": rounds}


async def features(app: App) -> Figures:
    """Make the views and indices that the features' screens want."""
    views, indices = views_and_indices()
    project(app.store.db, views, indices)
    return {"indices": len(indices)}


async def mutate(app: App, file: str) -> Figures:
    """Write every document of the file in one transaction, as the peers do."""
    spent = []
    with app.store.db.atomic():
        for line in corpus.read(Path(file)):
            fields = {name: line[name] for name in ("type", "patient", "resource")}
            spent.append(timed(app, Paper(id=derive_id("paper", line["id"]), **fields)))
    return {"docs": len(spent)}


async def moods(app: App, count: str) -> Figures:
    """As many moods, each in a transaction that is on the disk when it returns."""
    at = app.now()
    return singly([timed(app, MoodEntry(id=new_id(at), felt_at=at, score=3)) for _ in range(int(count))])


def timed(app: App, doc: Doc) -> float:
    """Milliseconds of one write, from the look at what is there to the commit."""
    started = time.perf_counter()
    app.store.get(type(doc), doc.id)
    app.store.put(doc)
    return (time.perf_counter() - started) * 1000


def singly(spent: list[float]) -> Figures:
    """How many, how long together, and the slow end."""
    ordered = sorted(spent)
    worst = ordered[int(len(ordered) * 0.99)]
    middle = ordered[len(ordered) // 2]
    return {
        "docs": len(spent),
        "local_s": round(sum(spent) / 1000, 4),
        "p50_ms": round(middle, 2),
        "p99_ms": round(worst, 2),
    }


async def dump(app: App, file: str) -> Figures:
    """A fingerprint of every document here, by name; names that came twice."""
    return fingerprints(app.store.db.execute(HELD), Path(file))


def fingerprints(rows: Any, file: Path) -> Figures:
    """Write name → digest of the resource's meaning, for bodies of records and papers."""
    found: dict[str, str] = {}
    count = 0
    for _kind, body in rows:
        resource = json.loads(body)["resource"]
        if (name := f"{resource['resourceType']}.{resource['id']}") != WHO:
            found[name] = digest(resource)
            count += 1
    file.write_text(json.dumps(found))
    return {"docs": count, "twice": count - len(found)}


def digest(resource: dict[str, Any]) -> str:
    """The same for the same meaning."""
    text = json.dumps(resource, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


PHASES: dict[str, Callable[..., Awaitable[Figures]]] = {
    "enrol": enrol,
    "sync": sync,
    "index": index,
    "features": features,
    "mutate": mutate,
    "moods": moods,
    "dump": dump,
}


async def once(app: App, phase: str, arguments: list[str]) -> Figures:
    """The phase on the open record."""
    if app.vault.exists:
        await app.unlock(PASSCODE)
    return await PHASES[phase](app, *arguments)


def main(phase: str, folder: Path, *arguments: str) -> None:
    """Do it and print what it cost."""
    chosen()
    started = time.perf_counter()
    app = make_app(folder, vault=Vault(folder, fast=True), drawn=False)
    found = asyncio.run(once(app, phase, list(arguments)))
    app.lock()
    wall = time.perf_counter() - started
    store = sum(file.stat().st_size for file in folder.glob("evenkeel.db*"))
    cost = {"wall_s": round(wall, 4), "cpu_s": round(time.process_time(), 3), "rss_mb": round(peak(), 1)}
    print(json.dumps({**found, **cost, "store_bytes": store}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
