"""A record in the interim's format, met by another driver: its rows move into a new file in SQLCipher's format.

So an app on a phone can change its driver. The old file is read through the seam with the old driver, the new one is
written beside it, proved and counted; then they change places as if at once. The old file stays until the new one
has opened. Cut short anywhere, the next start begins again or finds it done.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from app.core.errors import NoCipher, StoreDamaged, StoreError
from app.store import renew, swap
from app.store.engine import engine_name, load
from app.store.engines import Connection
from app.store.engines.formats import is_sealed

BEFORE = ".before"
MADE = """SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'
    ORDER BY sql NOT LIKE 'CREATE VIRTUAL%', rowid"""
HANGING = "SELECT sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL ORDER BY type, rowid"
TABLES = """SELECT name FROM sqlite_master
    WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT GLOB 'sqlite_stat*' ORDER BY name"""
Counts = dict[str, int]


def bring_over(path: Path, key: bytes) -> bool:
    """Move a file of sealed pages into this driver's format; True when it was one.

    Raises StoreDamaged when it does not open with `key`, StoreFull when there is no room beside it, StoreBusy.
    """
    settle(path)
    if engine_name() == "pages" or not is_sealed(path):
        return False
    with opened(path, key) as old, renew.room_named(), renew.at_rest(old):
        new = renew.beside(path)
        try:
            write(old, new, key)
            put_in_place(new, path)
        except BaseException:
            if not swap.planned(path.parent):
                renew.forget(new)
            raise
    return True


def settle(path: Path) -> None:
    """End a change of places that was cut short, and drop a new file that never came so far. Raises StoreError."""
    swap.settle(path.parent)
    if swap.planned(path.parent):
        raise StoreError()
    renew.forget(path.with_name(path.name + renew.NEW))


def forget_old(path: Path) -> None:
    """The new file has opened: let the old one go."""
    path.with_name(path.name + BEFORE).unlink(missing_ok=True)


@contextlib.contextmanager
def opened(path: Path, key: bytes) -> Iterator[Connection]:
    """The old file with the old driver. Raises StoreDamaged without it, or with another key."""
    try:
        old: Connection = load("pages").connect(str(path), key)
    except NoCipher as error:
        raise StoreDamaged() from error
    try:
        yield old
    finally:
        old.close()


def write(old: Connection, path: Path, key: bytes) -> None:
    """Everything of the old database in a new one, proved. Raises StoreDamaged when a row is missing."""
    new = renew.connect(path, key)
    try:
        new.execute("PRAGMA user_version = 1").fetchall()
        new.execute("BEGIN")
        copy(old, new)
        new.commit()
    finally:
        new.close()
    renew.prove(path, key)
    new = renew.connect(path, key)
    try:
        if counts(new) != counts(old):
            raise StoreDamaged()
    finally:
        new.close()


def copy(old: Connection, new: Connection) -> None:
    """Tables, then rows, then what hangs on them: a trigger must not hear rows that only move."""
    for name, sql in old.execute(MADE).fetchall():
        if not new.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [name]).fetchone():
            new.execute(sql)
    for table in counts(old):
        copy_rows(old, new, table)
    for (sql,) in old.execute(HANGING).fetchall():
        new.execute(sql)


def copy_rows(old: Connection, new: Connection, table: str) -> None:
    """All rows of one table. A full-text index begins with some of its own: they go."""
    columns = [f'"{row[1]}"' for row in old.execute(f'PRAGMA table_info("{table}")').fetchall()]
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    new.execute(f'DELETE FROM "{table}"')
    new.executemany(
        f'INSERT INTO "{table}" ({names}) VALUES ({marks})', old.execute(f'SELECT {names} FROM "{table}"')
    )


def counts(db: Connection) -> Counts:
    """How many rows each table has, the full-text index's own included."""
    tables = [row[0] for row in db.execute(TABLES).fetchall()]
    return {table: db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}


def put_in_place(new: Path, path: Path) -> None:
    """Old file aside, new file in its place, as if at once; it lasts."""
    renew.settle_on_disk(new)
    renew.be_quiet(path, new)
    forget_old(path)
    swap.swap(path.parent, [(path.name, path.name + BEFORE), (new.name, path.name)])
