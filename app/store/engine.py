"""The one seam to the encrypted database: it picks a driver, asks for the same settings, and proves what it got.

Everything above sees a connection shaped like sqlite3's. Which driver it is depends on what can be imported; with
none of them there is no record on this device, and never one in plain text.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

from app.core.errors import NoCipher, StoreDamaged
from app.store.engines import Connection

FILE = "evenkeel.db"
KEY_BYTES = 32
PLAIN = b"SQLite format 3\0"
ENGINES = ("sqlcipher", "mc", "pages")
SETTINGS = (
    "temp_store = MEMORY",
    "secure_delete = ON",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cache_size = -16384",
)
KEPT = {"temp_store": 2, "secure_delete": 1, "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}


@functools.cache
def load(name: str) -> ModuleType:
    """The driver of this name, or the first there is. Raises NoCipher."""
    for one in ENGINES:
        if name in ("", one):
            try:
                return importlib.import_module(f"app.store.engines.{one}")
            except ImportError:
                continue
    raise NoCipher()


def chosen() -> ModuleType:
    """The driver of this device. EVENKEEL_ENGINE names another one of the three, for tests."""
    return load(os.environ.get("EVENKEEL_ENGINE", ""))


def engine_name() -> str:
    """Which driver keeps the record here: sqlcipher, mc or pages."""
    return chosen().__name__.rpartition(".")[2]


@contextlib.contextmanager
def damage_named() -> Iterator[None]:
    """Inside, a file that cannot be read or not with this key is StoreDamaged; a busy or full one is not."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise StoreDamaged() from error


@damage_named()
def open_encrypted(path: Path | str, key: bytes) -> Connection:
    """An open connection to the encrypted file at `path`, made if absent.

    Raises NoCipher when the driver cannot encrypt, StoreDamaged when the file does not open with `key`.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a 32-byte key")
    connection = cast(Connection, chosen().connect(str(path), key))
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for setting in SETTINGS:
            connection.execute(f"PRAGMA {setting}").fetchall()
        probe(connection)
        write_first(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def probe(connection: Connection) -> None:
    """Refuse a database engine without what we rely on: our settings, full-text search, JSON to the letter."""
    options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    kept = all(connection.execute(f"PRAGMA {name}").fetchone()[0] == value for name, value in KEPT.items())
    json = connection.execute("""SELECT '{"a":1.50}' -> 'a'""").fetchone()[0] == "1.50"
    if not (kept and json and "ENABLE_FTS5" in options):
        raise NoCipher()


def write_first(connection: Connection, path: Path | str) -> None:
    """Write a new file's first page at once, so that its salt is settled; then look at what reached the disk."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        connection.execute("PRAGMA user_version = 1").fetchall()
    if str(path) != ":memory:" and is_plain(Path(path)):
        raise NoCipher()


def is_plain(path: Path) -> bool:
    """True when the file can be read without a key: then something is badly wrong."""
    with path.open("rb") as file:
        return file.read(len(PLAIN)) == PLAIN
