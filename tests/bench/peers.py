"""The other side of the benchmark, where it is at hand: PouchDB, WatermelonDB and RxDB on the same documents.

Their scripts lie beside the checkout (`../shared/peers`) or where `--peers` says. They are installed by npm in a folder
outside the checkout, once; a folder that is installed already is used as it is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sync.faults.link import Link

BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "peers"
NAMES = ("pouchdb", "watermelon", "rxdb")
DRIVER = "bench.py"
Phases = dict[str, dict[str, Any]]


def ready(given: Path | None, work: Path, told: Callable[[str], None]) -> Path | None:
    """The folder of the installed peers, or None, having said why."""
    source = given or BESIDE
    if not (source / DRIVER).exists():
        told(f"No peers at {source}: the product is measured against the floor alone.")
        return None
    if (source / "node_modules").exists():
        return source
    if not (npm := shutil.which("npm")):
        told("No npm here: the product is measured against the floor alone.")
        return None
    place = work / "peers"
    if not (place / "node_modules").exists():
        told("Installing the peers, once; one of them compiles for some minutes …")
        shutil.copytree(source, place, dirs_exist_ok=True)
        if subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=place, capture_output=True).returncode:
            told("npm could not install the peers: the product is measured against the floor alone.")
            shutil.rmtree(place)
            return None
    return place


def round_of(place: Path, docs: Path, count: int, work: Path, link: Link | None) -> dict[str, Any]:
    """One run of every peer: figures by peer and phase, what is wrong at its end, versions."""
    out = work / "peers.json"
    out.unlink(missing_ok=True)
    command = [sys.executable, str(place / DRIVER), "--docs", str(docs), "--work", str(work / "peers-work")]
    command += ["--n", str(count), "--repeats", "1", "--no-floor", "--out", str(out), "--peers", *NAMES]
    command += ["--link", f"{link.rtt * 1000:g},{link.rate * 8 / 1e6:g}"] if link else []
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    found = json.loads(out.read_text())
    phases: dict[str, Phases] = {}
    for row in found["rows"]:
        phases.setdefault(row["peer"], {})[row["phase"]] = row
    wrong = {one["peer"]: one["client_wrong"] + one["server_wrong"] for one in found["checks"]}
    return {"phases": phases, "wrong": wrong, "errors": found["errors"], "versions": found["env"]["versions"]}
