"""The floor: putting the same bodies into an encrypted table, parsing each, and nothing else."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Sequence
from pathlib import Path

from app.store.engine import open_encrypted

KEY = b"f" * 32
BATCH = 1000


class Cost:
    """Wall and CPU seconds of a block."""

    def __enter__(self) -> Cost:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._wall
        self.cpu = time.process_time() - self._cpu


def insert(folder: Path, bodies: Sequence[tuple[str, str]]) -> Cost:
    """Insert (id, body) pairs with an index on the id, a transaction per thousand."""
    connection = open_encrypted(folder / "floor.db", KEY)
    connection.execute("CREATE TABLE floor (id TEXT PRIMARY KEY, body TEXT)")
    with Cost() as cost:
        for first in range(0, len(bodies), BATCH):
            batch = bodies[first : first + BATCH]
            for _id, body in batch:
                json.loads(body)
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO floor VALUES (?, ?)", batch)
            connection.execute("COMMIT")
    connection.close()
    (folder / "floor.db").unlink()
    return cost


def peak_mb() -> float:
    """The most memory this process has held, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
