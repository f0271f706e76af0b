"""Writes transactions for ever and says after each COMMIT which is safe: `python -m tests.store.engines.writer FILE`.

Transaction n writes three rows, and each seventh one removes those of n - 5. So what must be there after any crash
follows from the last number alone.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
from pathlib import Path

from sqlite_utils import Database

from app.store.engine import open_encrypted

KEY = bytes(range(32))
PARTS, EACH, BACK = 3, 7, 5


def opened(file: Path) -> Database:
    """The database with its tables; the log is taken in often, so that kills also hit that."""
    db = Database(open_encrypted(file, KEY), execute_plugins=False)  # type: ignore[arg-type]
    if "parts" not in db.table_names():
        with db.atomic():
            db["parts"].create({"id": int, "n": int, "body": str, "digest": str}, pk="id")
            db["parts"].create_index(["n"])
            db["parts"].enable_fts(["body"], create_triggers=True)
    db.conn.execute("PRAGMA wal_autocheckpoint = 60").fetchall()
    return db


def last(db: Database) -> int:
    """The number of the last transaction that was kept."""
    return int(db.execute("SELECT coalesce(max(n), 0) FROM parts").fetchone()[0])


def kept(top: int) -> set[int]:
    """The transactions whose rows must be there when `top` was the last."""
    gone = {n - BACK for n in range(EACH, top + 1, EACH)}
    return set(range(1, top + 1)) - gone


def write(db: Database, n: int, chance: random.Random) -> None:
    """One transaction."""
    with db.atomic():
        for part in range(PARTS):
            body = f"transaction {n} part {part} " + "words " * chance.randrange(10, 600)
            digest = hashlib.sha256(body.encode()).hexdigest()
            db["parts"].insert({"id": n * PARTS + part, "n": n, "body": body, "digest": digest})
        if n % EACH == 0:
            db["parts"].delete_where("n = ?", [n - BACK])


def main(file: Path) -> None:
    """Write until killed."""
    db = opened(file)
    chance, n = random.Random(os.getpid()), last(db)
    while True:
        n += 1
        write(db, n, chance)
        os.write(1, b"%d\n" % n)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
