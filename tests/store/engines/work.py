"""Works a database hard with a canary in every row and counts where it can be read: `… .work FOLDER HOW`.

HOW is `sealed` for the engine as the app opens it, `file` for the same with `temp_store = FILE`, and `plain` for no
encryption at all: the two controls. Besides the files in the folder it reads what this process holds open: SQLite's
temporary files have no name. It ends as a crash does and prints the counts.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
from collections import Counter
from pathlib import Path

from sqlite_utils import Database

from app.store.engine import open_encrypted

KEY = bytes(range(2, 34))
CANARY = b"CANARYpatientQ7"
ROWS = 2500
OPEN = Path("/proc/self/fd")


def opened(folder: Path, how: str) -> Database:
    """The database, or one of the two controls."""
    file = folder / "work.db"
    connection = sqlite3.connect(file) if how == "plain" else open_encrypted(file, KEY)
    if how != "sealed":
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("PRAGMA temp_store = FILE").fetchall()
    connection.execute("PRAGMA cache_size = 20").fetchall()
    return Database(connection, execute_plugins=False)  # type: ignore[arg-type]


def look(folder: Path, found: Counter[str]) -> None:
    """Count the canary in every file of the folder, and in the open ones that have no name."""
    for file in (file for file in folder.rglob("*") if file.is_file()):
        where = file.suffix if file.parent == folder else "temporary"
        found[where] += file.read_bytes().count(CANARY)
        found["bytes"] += file.stat().st_size
    for number in nameless():
        found["temporary"] += os.pread(number, os.fstat(number).st_size, 0).count(CANARY)
        found["nameless"] += 1


def nameless() -> list[int]:
    """The open files without a name, where the system tells (Linux)."""
    found = []
    for entry in OPEN.iterdir() if OPEN.exists() else ():
        with contextlib.suppress(OSError):
            if os.readlink(entry).endswith(" (deleted)"):
                found.append(int(entry.name))
    return found


def fill(db: Database) -> None:
    """Rows, big blobs, an index, full-text search."""
    text = f"{CANARY.decode()} {{}} " + "lorem ipsum " * 80
    with db.atomic():
        db["t"].insert_all(({"id": n, "u": n, "x": text.format(n)} for n in range(ROWS)), pk="id")
        db["blobs"].insert_all({"id": n, "bytes": CANARY * 20_000} for n in range(3))
        db["t"].create_index(["u"], unique=True)
        db["t"].enable_fts(["x"], create_triggers=True)


def work(db: Database, folder: Path) -> Counter[str]:
    """Everything that makes SQLite write something somewhere; looks after each."""
    found: Counter[str] = Counter()
    fill(db)
    sort = db.conn.execute("SELECT x FROM t ORDER BY x || random()")
    sort.fetchone()
    look(folder, found)
    sort.fetchall()
    db.conn.execute("CREATE TEMP TABLE spare AS SELECT * FROM t").fetchall()
    look(folder, found)
    with contextlib.suppress(sqlite3.IntegrityError), db.atomic():
        db.execute("UPDATE t SET x = x || ' more', u = CASE WHEN id = ? THEN 0 ELSE u END", [ROWS - 1])
    db.conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    with db.atomic():
        db["t"].delete_where("id % 2 = 0")
        db["t"].transform(rename={"x": "y"})
        look(folder, found)
    db.vacuum()
    look(folder, found)
    return found


if __name__ == "__main__":
    place = Path(sys.argv[1])
    database = opened(place, sys.argv[2])
    seen = work(database, place)
    os.write(1, json.dumps(seen).encode())
    os._exit(0)
