"""How much memory an unlocked record takes: the peak of fresh processes, step by step."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from app.clinic_process import with_root
from app.store import open_store
from app.vault import Vault
from sync.models import MoodEntry

PASSCODE, COUNT = "bench passcode", 5000
STATUS = Path("/proc/self/status")
NOW = datetime(2026, 6, 2, 15, tzinfo=UTC)


def peak() -> float:
    """The most memory that this process ever held, in MiB."""
    if STATUS.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
        return int(found[1]) / 1024 if found else 0.0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def use(folder: Path, key: bytes | None) -> list[float]:
    """Open with the passcode, or with the key itself, and read everything once; the peak after each step."""
    peaks = [peak()]
    key = key or Vault(folder).unlock(PASSCODE)[-1]
    peaks.append(peak())
    store = open_store(folder, key, lambda: NOW)
    peaks.append(peak())
    store.rows("SELECT sum(length(body)) FROM docs ORDER BY 1")
    peaks.append(peak())
    store.close()
    return peaks


def measure() -> dict[str, float]:
    """Peaks in MiB: the bare imports, an open record read through, and what stretching the passcode adds to it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        key = Vault(folder).create(PASSCODE)
        store = open_store(folder, key, lambda: NOW)
        with store.db.atomic():
            for n in range(COUNT):
                mood = MoodEntry(id=f"m{n}", felt_at=NOW, score=1 + n % 5, note="words " * 250)
                store.db.execute(
                    "INSERT INTO docs (scope, id, kind, body) VALUES ('bench', ?, 'mood', ?)",
                    [mood.id, mood.body()],
                )
        store.close()
        by_key, by_passcode = fresh(folder, key.hex()), fresh(folder, "")
    return {
        "imports_mib": by_key[0],
        "opened_mib": by_key[2],
        "unlocked_and_read_mib": by_key[3],
        "with_passcode_mib": by_passcode[3],
        "stretching_mib": round(by_passcode[1] - by_passcode[0], 1),
    }


def fresh(folder: Path, key: str) -> list[float]:
    """The peaks of a process that does nothing else."""
    command = [sys.executable, "-m", __name__, str(folder), key]
    done = subprocess.run(command, env=with_root(), stdout=subprocess.PIPE, check=True)
    return [round(float(one), 1) for one in json.loads(done.stdout)]


if __name__ == "__main__":
    print(json.dumps(use(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]) or None)))
