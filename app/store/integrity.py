"""Is the record whole? If not: which page is the first bad one, and what did it hold?

Every page is proved first, in the file and in its write-ahead log. Only when all are genuine is the database asked
whether they fit together, full-text index included: a forged page is then already found, and the engine, which
stops at the first such page without naming it, has nothing to stumble over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.store import btree
from app.store.engine import open_encrypted
from app.store.errors import plainly
from app.store.raw import PAGE, Pages

UNKNOWN = "unknown"
STEP = 256
LOCKS = (1 << 30) // PAGE + 1  # SQLite never writes the page that holds its locks
MOST = 20
FULL_TEXT = "INSERT INTO search (search, rank) VALUES ('integrity-check', 0)"


@dataclass(frozen=True)
class Report:
    """What a check found. Holds page numbers and names of tables and indices, never what stands in them."""

    pages: int
    bad: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Nothing is wrong."""
        return not self.bad and not self.faults

    @property
    def first_bad(self) -> tuple[int, str] | None:
        """The first bad page and the table or index it belonged to."""
        return min(self.bad.items()) if self.bad else None


def check(path: Path, key: bytes, progress: Callable[[int, int], None] | None = None) -> Report:
    """Look at every page of the database at `path`, then at how they fit together. Nothing is changed.

    Raises StoreDamaged when not one page can be read with this key.
    """
    with Pages(path, key) as pages:
        bad = bad_pages(pages, progress)
        held = btree.owners(pages) if bad else {}
        count = pages.count
    named = {number: held.get(number, UNKNOWN) for number in bad}
    return Report(count, named, [] if bad else faults(path, key))


def bad_pages(pages: Pages, progress: Callable[[int, int], None] | None = None) -> list[int]:
    """The pages that do not prove genuine. Each is read twice: another process may just have been writing it."""
    bad = [1] if pages.has_lost_salt else []
    for number in range(1, pages.count + 1):
        if number not in (LOCKS, *bad[:1]) and pages.get(number) is None and pages.get(number) is None:
            bad.append(number)
        if progress and (number % STEP == 0 or number == pages.count):
            progress(number, pages.count)
    return bad


def faults(path: Path, key: bytes) -> list[str]:
    """What the database itself finds wrong."""
    with plainly(path.parent):
        db = open_encrypted(path, key)
        try:
            said = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({MOST})")]
            return [fault for fault in said if fault != "ok"] + full_text_faults(db)
        finally:
            db.close()


def full_text_faults(db: object) -> list[str]:
    """What is wrong with the search index. It can be built anew at any time, so this is never a loss."""
    try:
        db.execute(FULL_TEXT)  # type: ignore[attr-defined]
        db.rollback()  # type: ignore[attr-defined]
    except sqlite3.DatabaseError as error:
        return [] if "no such table" in str(error) else [f"search: {error}"]
    return []
