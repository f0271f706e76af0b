"""The whole record in one encrypted file, and back again on any device. `chunks.py` describes the bytes.

Rows travel, not database pages, so a backup of one engine opens on another. A frame is lines of JSON: the table and
its columns, then a row each. What belongs to this device alone stays here: its key and tokens, and how far it is in
each scope. So a restored device enrols again; the clinic then confirms each restored row or takes it away, and what
was never sent is sent, under its old name, which makes it happen once even if the lost device had sent it too.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sqlite_utils import Database

from app.core.errors import (
    BackupDamaged,
    BackupError,
    BackupNewer,
    BackupStopped,
    NotEmpty,
    StoreError,
    StoreFull,
)
from app.store import blobs, schema
from app.store.chunks import Stretch, Writer, read_frames
from app.store.errors import plainly
from app.store.store import Store

TABLES = ("docs", "base", "outbox", "sent", "blobs", "parts", "state")
OWN = "key NOT IN ('credentials', 'synced_at') AND key NOT LIKE 'device\\_%' ESCAPE '\\'"
UNCONFIRMED = -1
SIZE = 1 << 19
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Counts = dict[str, int]
Progress = Callable[[int, int], None]
Stop = Callable[[], bool]


class Pace:
    """Says how far it is after each frame, and whether somebody wants it to stop."""

    def __init__(self, progress: Progress | None, stop: Stop | None) -> None:
        self.progress, self.stop, self.total, self.done = progress, stop, 0, 0

    def step(self, rows: int) -> None:
        """So many rows more. Raises BackupStopped."""
        self.show(self.done + rows, self.total)

    def show(self, done: int, total: int) -> None:
        """So far, of so many. Raises BackupStopped."""
        self.done, self.total = done, total
        if self.progress:
            self.progress(done, total)
        if self.stop and self.stop():
            raise BackupStopped()


# --- making one


def save_backup(
    store: Store,
    path: Path,
    passphrase: str,
    stretch: Stretch,
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Counts:
    """Write a backup to `path`. Until the new one is whole and on the disk, an older one there stays as it is."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    with said_plainly():
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                counts = write_backup(store, file, passphrase, stretch, progress=progress, stop=stop)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    return counts


def write_backup(
    store: Store,
    out: BinaryIO,
    passphrase: str,
    stretch: Stretch,
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Counts:
    """Write everything, as it is at this moment, to `out`. Returns how many rows of each table.

    It takes as long as it takes: in a thread, give it a store of its own on the same folder.
    """
    pace = Pace(progress, stop)
    with plainly(store.folder), store.db.atomic():
        totals = {table: count(store.db, table) for table in TABLES}
        pace.total = sum(totals.values())
        writer = Writer(out, passphrase, stretch)
        made = sorted(migration.name for migration in schema.migrations.applied(store.db))
        about = {"made_at": store.now().isoformat(), "schema": made, "rows": pace.total}
        writer.frame(json.dumps(about).encode())
        for table in TABLES:
            for lines, rows in frames_of(store.db, table):
                writer.frame(lines)
                pace.step(rows)
        writer.end(totals)
    return totals


def frames_of(db: Database, table: str) -> Iterator[tuple[bytes, int]]:
    """A table's rows as the text of frames, each with how many rows it has."""
    rows = db.conn.execute(f"SELECT * FROM {table} WHERE {chosen(table)} ORDER BY 1")
    head = json.dumps({"table": table, "columns": [column[0] for column in rows.description]})
    lines, size = [head], 0
    for row in rows:
        lines.append(json.dumps(row, default=as_text, ensure_ascii=False, separators=(",", ":")))
        size += len(lines[-1])
        if size >= SIZE:
            yield "\n".join(lines).encode(), len(lines) - 1
            lines, size = [head], 0
    if lines[1:]:
        yield "\n".join(lines).encode(), len(lines) - 1


def chosen(table: str) -> str:
    """Which rows of a table travel."""
    return OWN if table == "state" else "1"


def count(db: Database, table: str) -> int:
    """How many rows of a table travel."""
    found: int = db.execute(f"SELECT count(*) FROM {table} WHERE {chosen(table)}").fetchone()[0]
    return found


def as_text(value: Any) -> dict[str, str]:
    """Bytes as JSON."""
    return {"b64": base64.b64encode(value).decode()}


def as_value(value: Any) -> Any:
    """A value from JSON; no column holds an object but one of ours."""
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value


# --- reading one


def read_backup(
    file: BinaryIO,
    passphrase: str,
    store: Store,
    stretch: Stretch,
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Counts:
    """Fill an empty store from a backup, in one transaction: all of it or nothing. Returns rows of each table.

    Raises NotEmpty, BackupWrongPassphrase, BackupDamaged, BackupNewer, BackupStopped.
    """
    with said_plainly(), plainly(store.folder), store.db.atomic():
        if any(count(store.db, table) for table in (*TABLES[:-1], "scopes")):
            raise NotEmpty()
        counts = take(file, passphrase, stretch, Pace(progress, stop), store.db)
        doubt(store.db)
        kinds = {row[0] for row in store.db.execute("SELECT DISTINCT kind FROM docs")}
    store.scope = store.scope or store.state("scope", "")
    store.announce(kinds | {"outbox", "state", "scopes"})
    return counts


def check_backup(
    file: BinaryIO,
    passphrase: str,
    stretch: Stretch,
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Counts:
    """Read a backup from end to end without restoring it: what a restore would find, or the error it would raise."""
    with said_plainly():
        return take(file, passphrase, stretch, Pace(progress, stop), None)


def doubt(db: Database) -> None:
    """Nothing the clinic said before counts until it says it again; what it does not say again goes.

    And all that waits may have reached it since.
    """
    blobs.doubt(db)
    db.execute("UPDATE docs SET generation = ?", [UNCONFIRMED])
    db.execute("UPDATE base SET seq = ?", [UNCONFIRMED])
    db.execute("INSERT OR IGNORE INTO away SELECT n FROM outbox")


def take(file: BinaryIO, passphrase: str, stretch: Stretch, pace: Pace, db: Database | None) -> Counts:
    """Read all frames; put their rows into `db` if there is one."""
    counts = dict.fromkeys(TABLES, 0)
    try:
        for number, (data, last) in enumerate(read_frames(file, passphrase, stretch)):
            if number == 0:
                pace.total = understand(data)
            elif last:
                if some(json.loads(data)["totals"]) != some(counts):
                    raise BackupDamaged()
            else:
                table, columns, rows = parse(data)
                counts[table] += len(rows)
                if db:
                    insert(db, table, columns, rows)
                pace.step(len(rows))
    except (ValueError, KeyError, TypeError, AttributeError, sqlite3.IntegrityError) as error:
        raise BackupDamaged() from error
    return counts


def some(counts: Counts) -> Counts:
    """Only tables with rows: an older app's backup does not name those that came later."""
    return {table: number for table, number in counts.items() if number}


def understand(data: bytes) -> int:
    """How many rows will come. Raises BackupNewer for rows of tables that this app does not know yet."""
    about = json.loads(data)
    if set(about["schema"]) - {migration.name for migration in schema.migrations._migrations}:
        raise BackupNewer()
    return int(about["rows"])


def parse(data: bytes) -> tuple[str, list[str], list[list[Any]]]:
    """One frame's table, columns and rows. Lines end with a newline and nothing else that Python calls a line."""
    head, *lines = data.decode().split("\n")
    about = json.loads(head)
    return about["table"], about["columns"], [[as_value(v) for v in json.loads(line)] for line in lines]


def insert(db: Database, table: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Put one frame's rows where they were; columns that came later keep their default."""
    known = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
    if set(columns) - known:
        raise BackupDamaged()
    marks = ", ".join("?" * len(columns))
    db.conn.executemany(f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


@contextlib.contextmanager
def said_plainly(otherwise: type[StoreError] = BackupError) -> Iterator[None]:
    """Inside, what the file system says comes out as ours: StoreFull, or this."""
    try:
        yield
    except OSError as error:
        raise (StoreFull() if error.errno in FULL else otherwise()) from error
