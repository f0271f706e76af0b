"""The whole product path: a server process, sign-in, HTTP, validation, the encrypted store. Each phase is a process.

One round is one life of two devices at a clinic of so many documents. What both ends hold at the end is compared with
what they should hold, document by document.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.clinic_process import with_root
from tests.bench import clinic, corpus
from tests.bench.clinic import Serving, served
from tests.sync.faults.link import Link
from tests.sync.faults.proxy import Proxy, on_a_thread

Figures = dict[str, Any]
Told = Callable[[str], None]


def python(module: str, *arguments: Any) -> Figures:
    """What a module of the benchmarks prints, run in a process of its own."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
    done = subprocess.run(command, env=with_root(), stdout=subprocess.PIPE, text=True, check=True)
    found: Figures = json.loads(done.stdout)
    return found


@dataclass
class Life:
    """The devices of one clinic in service, and where their files lie."""

    url: str
    address: str
    server: Serving
    docs: Path
    folder: Path
    writes: int

    def phase(self, device: str, phase: str, *arguments: Any) -> Figures:
        """One phase of a device, with what the server spent on it meanwhile."""
        before = self.server.cpu()
        found = python("device", phase, self.folder / device, *arguments)
        return {**found, "server_cpu_s": round(self.server.cpu() - before, 3)}

    def join(self, device: str) -> None:
        """A new device enrols."""
        self.phase(device, "enrol", self.address, clinic.invite(self.url))

    def live(self) -> Iterator[tuple[str, Figures]]:
        """Everything that is measured, in its order."""
        self.join("phone")
        yield "initial", self.phase("phone", "sync")
        yield "features", self.phase("phone", "features")
        yield "search-index", self.phase("phone", "index")
        self.join("tablet")
        yield "second-device", self.phase("tablet", "sync")
        yield "settle", self.phase("phone", "sync")
        yield "no-change", self.phase("phone", "sync")
        clinic.run("change", self.url, corpus.changes_file(self.docs))
        yield "incremental", self.phase("phone", "sync")
        yield "mutate", self.phase("phone", "mutate", corpus.writes_file(self.docs))
        yield "push", self.phase("phone", "sync")
        yield "mutate-moods", self.phase("phone", "moods", self.writes)
        yield "push-moods", self.phase("phone", "sync")
        yield "catch-up", self.phase("tablet", "sync")

    def wrong(self, count: int) -> dict[str, int]:
        """Documents that are not as they should be, per end; one that came twice counts too."""
        ends = {device: self.folder / f"{device}.json" for device in ("phone", "tablet")}
        twice = {
            device: python("device", "dump", self.folder / device, to)["twice"] for device, to in ends.items()
        }
        ends["clinic"] = self.folder / "clinic.json"
        twice["clinic"] = python("proof", "clinic", self.url, ends["clinic"])["twice"]
        found = python("proof", "compare", self.docs, count, *ends.values())
        return {end: found[file.stem] + twice[end] for end, file in ends.items()}


@contextmanager
def clinic_in_service(folder: Path, seeded: Path, link: Link | None) -> Iterator[tuple[str, str, Serving]]:
    """A copy of the seeded clinic, served: database, address as the devices see it, process."""
    folder.mkdir(parents=True)
    shutil.copy(seeded, folder / "clinic.db")
    url = f"sqlite:///{folder / 'clinic.db'}"
    with served(url, folder / "clinic.log") as server:
        if link is None:
            yield url, server.address, server
            return
        with on_a_thread(Proxy(server.port, link)) as way:
            yield url, way.address, server


def seeded(docs: Path, count: int, folder: Path) -> Path:
    """A clinic's database with the documents, made once."""
    file = folder / f"seeded-{count}.db"
    if not file.exists():
        making = file.with_suffix(".new")
        making.unlink(missing_ok=True)
        clinic.run("seed", f"sqlite:///{making}", corpus.docs_file(docs, count), corpus.writes_file(docs))
        making.rename(file)
    return file


def round_of(docs: Path, count: int, folder: Path, link: Link | None, told: Told) -> dict[str, Any]:
    """One life at a fresh copy of the clinic: figures by phase, and what is wrong at its end."""
    origin, place = seeded(docs, count, folder), folder / "product"
    writes = json.loads((docs / "meta.json").read_text())["writes"]
    shutil.rmtree(place, ignore_errors=True)
    phases: dict[str, Figures] = {}
    with clinic_in_service(place, origin, link) as (url, address, server):
        life = Life(url, address, server, docs, place, writes)
        for name, found in life.live():
            phases[name] = found
            told(f"evenkeel {count} {name}: {found['wall_s']:.3f} s, CPU {found['cpu_s']:.2f} s")
        wrong = life.wrong(count)
        memory = server.memory()
    shutil.rmtree(place)
    return {"phases": phases, "wrong": wrong, "server": memory}
