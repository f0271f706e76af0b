"""Cold start: importing the app, opening the vault and the store, the first frame in a headless session."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from app.clinic_process import with_root

ROUNDS = 5
IMPORT = "import time; s = time.perf_counter(); import {0}; print(time.perf_counter() - s)"
FRAME = """
import asyncio, sys, time
started = time.perf_counter()
from pathlib import Path
from app.main import make_app, window
from tests.harness import Window

async def main():
    app = make_app(Path(sys.argv[1]))
    await app.unlock("bench passcode")
    async with Window(window(app)) as shown:
        assert shown.texts()
        print(time.perf_counter() - started)
    app.lock()

asyncio.run(main())
"""


def measure() -> dict[str, Any]:
    """Medians over fresh processes, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        return {
            "bare_python_ms": median(
                "-c", "import time; s = time.perf_counter(); print(time.perf_counter() - s)"
            ),
            "import_flet_ms": median("-c", IMPORT.format("flet")),
            "import_app_main_ms": median("-c", IMPORT.format("app.main")),
            "process_to_first_frame_ms": median("-c", FRAME, folder),
            "passcode_stretching_ms": stretching(),
        }


def median(*arguments: str) -> float:
    """The median of what some fresh processes print."""
    times = []
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, env=with_root(), check=True
        )
        times.append(float(done.stdout.strip().splitlines()[-1]) * 1000)
    return round(statistics.median(times), 1)


def prepare(folder: Path) -> None:
    """A device with a vault, an enrolment and a record, without a clinic."""
    from app.main import make_app
    from app.vault import Vault
    from sync.fhir.reading import Found, resources
    from sync.fhir.record import papers
    from sync.protocol.wire import Page, Reply, Row
    from tests.bench.documents import PATIENT, lines

    Vault(folder).create("bench passcode")
    app = make_app(folder)
    asyncio.run(app.unlock("bench passcode"))
    scope = f"patient:{PATIENT}"
    found = resources("bench.ndjson", "\n".join(lines(1000)).encode())
    all_papers = [paper for one in found if isinstance(one, Found) for paper in papers(one)]
    rows = [Row(id=p.id, kind=p.kind, rev=f"e.{n}", seq=n, body=p.body) for n, p in enumerate(all_papers, 1)]
    app.store.settle([], Reply(pages=[Page(scope=scope, rows=rows, cursor="c")]))
    app.view(scope)
    app.store.keep(credentials={"server": "http://127.0.0.1:9", "jwk": json.loads(key()), "device": "bench"})
    app.lock()


def key() -> str:
    """A device key."""
    from sync.client.auth import make_jwk

    return json.dumps(make_jwk())


def stretching() -> float:
    """How long one passcode takes, in milliseconds."""
    from app.vault.keys import derive_passcode_key, make_kdf

    kdf = make_kdf()
    started = time.perf_counter()
    derive_passcode_key("bench passcode", kdf)
    return round((time.perf_counter() - started) * 1000, 1)
