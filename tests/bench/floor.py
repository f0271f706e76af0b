"""The floor: putting the same bodies into an encrypted table, parsing each, and nothing else.

`python -m tests.bench.floor FILE FOLDER` is that for a corpus, in a process of its own; one line of JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

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


ROW = "INSERT INTO doc VALUES (?, ?, ?, ?)"
TABLE = (
    "CREATE TABLE doc (id TEXT PRIMARY KEY, type TEXT, patient TEXT, body TEXT)",
    "CREATE INDEX doc_type ON doc (type)",
    "CREATE INDEX doc_patient ON doc (patient)",
)


def rows(file: Path) -> Iterator[tuple[str, str, str, str]]:
    """The lines of a corpus, parsed, and their resources written out again."""
    with file.open(encoding="utf-8") as stream:
        for line in map(json.loads, stream):
            body = json.dumps(line["resource"], separators=(",", ":"), ensure_ascii=False)
            yield line["id"], line["type"], line["patient"], body


def bulk(file: Path, folder: Path) -> dict[str, Any]:
    """One transaction into a table with two indices, on disk; and the corpus as zstd packs it at level 3."""
    connection = open_encrypted(folder / "floor.db", KEY)
    connection.execute("PRAGMA synchronous = NORMAL").fetchall()
    for statement in TABLE:
        connection.execute(statement)
    with Cost() as cost:
        connection.execute("BEGIN")
        connection.executemany(ROW, rows(file))
        connection.execute("COMMIT")
    connection.close()
    return {"wall_s": round(cost.wall, 4), "cpu_s": round(cost.cpu, 3), "zstd_bytes": packed(file)}


def packed(file: Path) -> int:
    """How long the file is under zstd 3."""
    import zstandard

    maker = zstandard.ZstdCompressor(level=3).compressobj()
    with file.open("rb") as stream:
        size = sum(len(maker.compress(piece)) for piece in iter(lambda: stream.read(1 << 20), b""))
    return size + len(maker.flush())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[2]) as place:
        print(json.dumps(bulk(Path(sys.argv[1]), Path(place))))
