"""What encryption costs: the engine of this environment against plain SQLite, in the same run, by turns."""

from __future__ import annotations

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.store.engine import SETTINGS, engine_name, open_encrypted
from tests.bench import memory

KEY = bytes(range(32))
ROUNDS, BATCH = 3, 500
TABLE = "CREATE TABLE t (id TEXT PRIMARY KEY, patient TEXT, type TEXT, on_day TEXT, body TEXT)"
INDEX = "CREATE INDEX t_of ON t (patient, type, on_day)"
RANGE = "SELECT body FROM t WHERE patient = ? AND type = ? AND on_day > ? ORDER BY on_day LIMIT 50"
FTS = ("CREATE VIRTUAL TABLE f USING fts5 (body, content='t')", "INSERT INTO f (f) VALUES ('rebuild')")
WORDS = [
    "glucose",
    "potassium",
    "pressure",
    "sodium",
    "visit",
    "review",
    "fasting",
    "repeat",
    "normal",
    "raised",
    "follow",
    "clinic",
]
Row = tuple[str, str, str, str, str]


def plain(path: Path) -> sqlite3.Connection:
    """Plain SQLite with the same settings."""
    connection = sqlite3.connect(path)
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection


def rows(count: int) -> list[Row]:
    """Documents of about 1.5 KB, always the same."""
    chance = random.Random(count)
    return [
        (
            f"{chance.getrandbits(96):024x}",
            f"p{n % 20}",
            f"type{n % 7}",
            f"20{chance.randrange(10, 27)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 28):02}",
            '{"note":"' + " ".join(chance.choices(WORDS, k=190)) + f' word{chance.randrange(count)}"}}',
        )
        for n in range(count)
    ]


def bulk(connection: Any, found: list[Row]) -> None:
    """Everything in, a transaction for each 500."""
    connection.execute(TABLE)
    connection.execute(INDEX)
    for first in range(0, len(found), BATCH):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", found[first : first + BATCH])
        connection.execute("COMMIT")


def tasks(connection: Any, found: list[Row]) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is measured after the bulk insert, by name."""
    chance, some = random.Random(7), found[:: max(1, len(found) // 2000)]
    more = [(f"x{n}", *row[1:]) for n, row in enumerate(some[:1000])]
    words = [f'"word{chance.randrange(len(found))}" OR {chance.choice(WORDS)}' for _ in range(60)]
    match = "SELECT rowid FROM f WHERE f MATCH ? ORDER BY rank LIMIT 20"

    def commits() -> None:
        for row in more:
            connection.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)", row)
            connection.commit()

    yield "commit", commits
    yield "look_up", lambda: [ask(connection, "SELECT body FROM t WHERE id = ?", [row[0]]) for row in some]
    yield "range", lambda: [ask(connection, RANGE, row[1:4]) for row in some[:400]]
    yield "fts_build", lambda: [connection.execute(statement) for statement in FTS] and connection.commit()
    yield "fts_query", lambda: [ask(connection, match, [word]) for word in words]


def ask(connection: Any, sql: str, values: Any) -> list[Any]:
    """The rows of one question."""
    found: list[Any] = connection.execute(sql, values).fetchall()
    return found


def seconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def once(path: Path, make: Callable[[Path], Any], found: list[Row]) -> dict[str, float]:
    """Every task on one new file, and opening it again to its first row."""
    connection = make(path)
    times = {"bulk": seconds(lambda: bulk(connection, found))}
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    times |= {name: seconds(task) for name, task in tasks(connection, found)}
    connection.close()

    def again() -> None:
        opened = make(path)
        ask(opened, "SELECT id FROM t LIMIT 1", ())
        opened.close()

    times["open"] = statistics.median(seconds(again) for _ in range(15))
    return times


def measure(count: int) -> dict[str, Any]:
    """Ratios to plain SQLite, medians of three rounds by turns; what opening takes, and how much memory."""
    found = rows(count)
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        for made, times in ((plain, theirs), (lambda path: open_encrypted(path, KEY), ours)):
            with tempfile.TemporaryDirectory() as folder:
                times.append(once(Path(folder) / "bench.db", made, found))
    middle = [
        {name: statistics.median(one[name] for one in all) for name in all[0]} for all in (ours, theirs)
    ]
    return {
        "engine": engine_name(),
        "documents": count,
        **{f"{name}_ratio": round(middle[0][name] / middle[1][name], 2) for name in middle[0]},
        "open_ms": round(middle[0]["open"] * 1000, 2),
        "plain_open_ms": round(middle[1]["open"] * 1000, 2),
        "memory": memory.measure(),
    }
