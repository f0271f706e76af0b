"""One side of an exchange of files between engines: `… .exchange FOLDER make|add|check NAME`.

`make` and `add` write entries with this NAME and leave as a crash would, with the log beside the file; `check`
closes in good order. All say what they found there.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.store import Store, open_store
from app.store.engine import engine_name
from app.store.search import find
from sync.models import Lesson, MoodEntry
from sync.protocol.wire import Page, Reply, Row

KEY = bytes(range(3, 35))
NOW = datetime(2026, 6, 2, 15, tzinfo=UTC)
SCOPE = "patient:rosa"


def write(store: Store, name: str) -> None:
    """Twenty moods, and a lesson that can be searched."""
    for n in range(20):
        store.put(
            MoodEntry(id=f"{name}-{n}", felt_at=NOW, score=1 + n % 5, note=f"{name} says " + "words " * 200)
        )
    lesson = Lesson(id=f"lesson-{name}", title=f"Presión {name}", text=f"as told by {name}", language="es")
    row = Row(id=lesson.id, kind="lesson", rev=f"e.{name}", seq=len(name), body=lesson.body())
    store.settle([], Reply(pages=[Page(scope="content", cursor=name, rows=[row])]))


def told(store: Store) -> dict[str, object]:
    """What is in there, and whether it is whole."""
    return {
        "engine": engine_name(),
        "moods": sorted({mood.id.partition("-")[0] for mood in store.find(MoodEntry)}),
        "count": len(store.find(MoodEntry)),
        "waiting": len(store.pending(500)),
        "found": sorted(hit["id"] for hit in find(store.db, SCOPE, "presion told")),
        "json": store.rows("SELECT count(*) AS n FROM docs WHERE body ->> 'score' = 5")[0]["n"],
        "integrity": [row[0] for row in store.db.execute("PRAGMA integrity_check")],
        "ciphers": [row[0] for row in store.db.execute("PRAGMA cipher_integrity_check")],
    }


def main(folder: Path, what: str, name: str) -> None:
    """Open, write or not, tell."""
    store = open_store(folder, KEY, lambda: NOW)
    store.scope = SCOPE
    if what != "check":
        write(store, name)
    print(json.dumps(told(store)), flush=True)
    if what == "check":
        store.close()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
