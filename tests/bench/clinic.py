"""The clinic's side of a benchmark: `python -m tests.bench.clinic seed|change URL FILE…`, and its process in service.

All documents become one patient's. Those that the device will edit are papers, a kind that this clinic does not know.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from app.clinic_process import ask, free_port, start, stop, wait_for
from sync.fhir.reading import Found
from sync.fhir.record import record
from sync.models import derive_id
from sync.server.clinic import Clinic
from sync.server.ledger import Ledger
from tests.bench import corpus
from tests.bench.corpus import PATIENT

SCOPE = f"patient:{PATIENT}"
BATCH = 2000
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def paper(line: corpus.Line) -> tuple[str, str, str]:
    """A document that devices may write: id, kind, body."""
    body = {name: line[name] for name in ("type", "patient", "resource")}
    return derive_id("paper", line["id"]), "paper", corpus.compact(body)


def filed(line: corpus.Line) -> tuple[str, str, str]:
    """A document as an import would make it: id, kind, body."""
    raw = corpus.compact(line["resource"]).encode()
    made = record(Found(line["type"], line["resource"]["id"], raw, line["resource"]))
    return made.id, made.kind, made.body


def put(clinic: Clinic, found: Iterable[tuple[str, str, str]]) -> None:
    """Write into the patient's scope, some thousand in one transaction."""
    left = iter(found)
    while part := list(islice(left, BATCH)):
        with clinic.database.unit(SCOPE, write=True) as unit:
            ledger = Ledger(unit, 0)
            ledger.load(id for id, _, _ in part)
            for id, kind, body in part:
                ledger.put(id, kind, body)
            ledger.close()


def seed(url: str, docs: Path, writes: Path) -> None:
    """A clinic with one patient and these documents."""
    clinic = Clinic(url)
    clinic.migrate()
    who = docs.with_name("patient.ndjson")
    who.write_text(json.dumps({"resourceType": "Patient", "id": PATIENT, "name": [{"text": "Bench"}]}))
    clinic.import_paths([who])
    edited = {line["id"] for line in corpus.read(writes)}
    put(clinic, (paper(line) if line["id"] in edited else filed(line) for line in corpus.read(docs)))
    clinic.dispose()


def change(url: str, file: Path) -> None:
    """The clinic has other words for these documents."""
    clinic = Clinic(url)
    put(clinic, map(filed, corpus.read(file)))
    clinic.dispose()


def invite(url: str) -> str:
    """An activation code for the patient."""
    code: str = json.loads(ask("invite", "--db", url, "--patient", PATIENT, "--json"))["code"]
    return code


class Serving:
    """The product's server as a process, and what it has cost so far (Linux; elsewhere zeros)."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port
        self.address = f"http://127.0.0.1:{port}"

    def cpu(self) -> float:
        """CPU seconds of the process."""
        file = Path(f"/proc/{self.process.pid}/stat")
        if not file.exists():
            return 0.0
        spent = file.read_text().rpartition(")")[2].split()
        return (int(spent[11]) + int(spent[12])) / TICKS

    def memory(self) -> dict[str, float]:
        """MB now and at most."""
        file = Path(f"/proc/{self.process.pid}/status")
        text = file.read_text() if file.exists() else ""
        found = {name: re.search(rf"{mark}:\s+(\d+)", text) for name, mark in MARKS.items()}
        return {name: round(int(one[1]) / 1024, 1) if one else 0.0 for name, one in found.items()}


MARKS = {"now_mb": "VmRSS", "most_mb": "VmHWM"}


@contextmanager
def served(url: str, log: Path) -> Iterator[Serving]:
    """The clinic at this database, served by its own process on loopback."""
    port = free_port()
    process = start(url, port, log)
    try:
        wait_for(f"http://127.0.0.1:{port}/v1/health", process)
        yield Serving(process, port)
    finally:
        stop(process)


def run(*arguments: Any) -> None:
    """One of this module's commands, in a process of its own."""
    from app.clinic_process import with_root

    subprocess.run([sys.executable, "-m", __name__, *map(str, arguments)], env=with_root(), check=True)


if __name__ == "__main__":
    what, address, *files = sys.argv[1:]
    {"seed": seed, "change": change}[what](address, *map(Path, files))
