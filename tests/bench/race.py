"""The product, the floor and the peers on the same documents in one run, by turns; and what must hold."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench import corpus, judge, peers
from tests.bench.sync import python, round_of
from tests.sync.faults.link import MOBILE, Link

Run = dict[str, Any]


def measure(
    counts: list[int],
    *,
    link: bool,
    rounds: int,
    place: Path | None,
    work: Path | None,
    writes: int = corpus.WRITES,
) -> Run:
    """Everything, once per round; the slow link carries the least size. What lies in `work` is used again."""
    with somewhere(work) as folder:
        docs = folder / f"docs-{writes}-{'-'.join(map(str, counts))}"
        corpus.run(docs, writes, counts)
        others = peers.ready(place, folder, told)
        settings: list[tuple[int, Link | None]] = [(count, None) for count in counts]
        settings += [(min(counts), MOBILE)] if link else []
        runs = [one(folder, docs, others, count, way, rounds) for count, way in settings]
        sizes = json.loads((docs / "meta.json").read_text())
    for run in runs:
        run["claims"] = [claim.json() for claim in claimed(run, runs)]
    holds = all(claim["holds"] is not False for run in runs for claim in run["claims"])
    return {"bench": "sync", "machine": machine(), "documents": sizes, "holds": holds, "runs": runs}


def one(folder: Path, docs: Path, others: Path | None, count: int, link: Link | None, rounds: int) -> Run:
    """All rounds of one size on one link."""
    return {
        "count": count,
        "link": link and {"rtt_ms": link.rtt * 1000, "mbit": link.rate * 8 / 1e6},
        "rounds": [by_turns(folder, docs, others, count, link) for _ in range(rounds)],
    }


def by_turns(folder: Path, docs: Path, others: Path | None, count: int, link: Link | None) -> judge.Round:
    """One round: the floor, the product, each peer."""
    floor = python("floor", corpus.docs_file(docs, count), folder)
    ours = round_of(docs, count, folder, link, told)
    found = {"floor": {"bulk": floor}, "evenkeel": ours["phases"], "server": ours["server"], "errors": []}
    wrong = dict(ours["wrong"])
    if others:
        told(f"peers {count} …")
        theirs = peers.round_of(others, docs, count, folder, link)
        found |= theirs["phases"] | {"errors": theirs["errors"], "versions": theirs["versions"]}
        wrong |= theirs["wrong"]
    return {**found, "wrong": wrong}


def claimed(run: Run, runs: list[Run]) -> list[judge.Claim]:
    """The lines that this run can say something about."""
    if run["link"]:
        return judge.over_link(run["rounds"])
    return judge.claims(run["rounds"], run["count"], min(runs, key=lambda one: one["count"])["rounds"])


@contextmanager
def somewhere(work: Path | None) -> Iterator[Path]:
    """The folder given, or one that goes away. Never inside the checkout."""
    if work:
        work.mkdir(parents=True, exist_ok=True)
        yield work
        return
    with tempfile.TemporaryDirectory(prefix="evenkeel-bench-") as folder:
        yield Path(folder)


def machine() -> dict[str, Any]:
    """What it ran on, and how busy that was."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    return {
        "cpu": cpu or platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    } | {
        "system": platform.platform(),
        "load": load,
    }


def told(text: str) -> None:
    """Progress, beside what the program prints."""
    print(text, file=sys.stderr, flush=True)
