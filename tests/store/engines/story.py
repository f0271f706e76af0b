"""A database whose every state is known: each commit adds an entry and changes an older one.

`STATES[k]` is what must be read after commit k. A part of the commits rests in the database file, the rest in the log.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from sqlite_utils import Database

from app.store.engine import open_encrypted

KEY = bytes(range(1, 33))
COMMITS, RESTED = 160, 100
FILE, LOG = "story.db", "story.db-wal"
PAGE, LOG_HEAD, FRAME_HEAD = 4096, 32, 24
State = dict[int, str]


def text(k: int) -> str:
    """What commit k says: short, or longer than a page."""
    return f"entry {k} " + "sentence " * random.Random(k).choice((3, 90, 300, 1500))


def states() -> list[State]:
    """The content after each commit."""
    found: list[State] = [{}]
    for k in range(1, COMMITS + 1):
        found.append({**found[-1], **changes(k)})
    return found


def changes(k: int) -> State:
    """What commit k writes."""
    return {k: text(k)} if k < 4 else {k: text(k), k // 3: text(k) + "changed"}


STATES = states()


def tell(folder: Path) -> None:
    """Write the story and leave it as a crash would: log and all."""
    db = opened(folder)
    with db.atomic():
        db["entries"].create({"id": int, "text": str}, pk="id")
        db["entries"].enable_fts(["text"], create_triggers=True)
    db.conn.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
    for k in range(1, COMMITS + 1):
        with db.atomic():
            db["entries"].upsert_all(({"id": id, "text": text} for id, text in changes(k).items()), pk="id")
        if k == RESTED:
            db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    left = folder / "left"
    left.mkdir()
    for name in (FILE, LOG):
        shutil.copy(folder / name, left)
    db.close()


def opened(folder: Path) -> Database:
    """The story's database."""
    return Database(open_encrypted(folder / FILE, KEY), execute_plugins=False)  # type: ignore[arg-type]


def read(folder: Path) -> int:
    """Open, read everything, and say which commit it is; -1 for a state that never was."""
    db = opened(folder)
    try:
        found = dict(db.execute("SELECT id, text FROM entries").fetchall())
        words = db.execute("SELECT count(*) FROM entries_fts WHERE entries_fts MATCH 'sentence'").fetchone()[
            0
        ]
    finally:
        db.close()
    return max(found, default=0) if found == STATES[max(found, default=0)] and words == len(found) else -1


def again(folder: Path, to: Path) -> Path:
    """A fresh copy of the files as they were left."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(folder / "left", to)
    return to
