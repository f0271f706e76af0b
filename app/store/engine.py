"""The one seam to the encrypted database driver: SQLCipher with a raw key, behind sqlite3's own error classes.

Everything above sees a sqlite3-shaped connection. sqlite-utils catches sqlite3's exceptions, and SQLCipher's
driver raises its own, so each call that can fail is wrapped here and nowhere else.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as cipher

from app.core.errors import NoCipher, StoreDamaged

KEY_BYTES = 32
PLAIN = b"SQLite format 3\0"
SETTINGS = (
    "temp_store = MEMORY",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cache_size = -65536",
)
NAMES = (
    "IntegrityError",
    "OperationalError",
    "ProgrammingError",
    "NotSupportedError",
    "DataError",
    "InternalError",
    "InterfaceError",
    "DatabaseError",
    "Error",
)
SAME = {getattr(cipher, name): getattr(sqlite3, name) for name in NAMES}
Function = TypeVar("Function", bound=Callable[..., Any])


def standard(function: Function) -> Function:
    """The same function, raising sqlite3's exceptions instead of the driver's."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except cipher.Error as error:
            raise SAME.get(type(error), sqlite3.Error)(*error.args) from error

    return call  # type: ignore[return-value]


class Cursor(cipher.Cursor):  # type: ignore[misc]
    """A cursor whose errors are sqlite3's."""

    execute = standard(cipher.Cursor.execute)
    executemany = standard(cipher.Cursor.executemany)
    executescript = standard(cipher.Cursor.executescript)
    fetchone = standard(cipher.Cursor.fetchone)
    fetchmany = standard(cipher.Cursor.fetchmany)
    fetchall = standard(cipher.Cursor.fetchall)
    __next__ = standard(cipher.Cursor.__next__)


class Connection(cipher.Connection):  # type: ignore[misc]
    """A connection whose errors are sqlite3's."""

    commit = standard(cipher.Connection.commit)
    rollback = standard(cipher.Connection.rollback)
    close = standard(cipher.Connection.close)
    create_function = standard(cipher.Connection.create_function)
    backup = standard(cipher.Connection.backup)

    def cursor(self, factory: type[Cursor] = Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, *args: Any) -> Any:
        return self.cursor().execute(*args)

    def executemany(self, *args: Any) -> Any:
        return self.cursor().executemany(*args)

    def executescript(self, *args: Any) -> Any:
        return self.cursor().executescript(*args)


def open_encrypted(path: Path | str, key: bytes) -> Connection:
    """An open connection to the encrypted file at `path`, made if absent.

    Raises NoCipher when the driver cannot encrypt, StoreDamaged when the file does not open with `key`.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a 32-byte key")
    connection: Connection = cipher.connect(str(path), factory=Connection, timeout=5)
    try:
        apply_key(connection, key)
        for setting in SETTINGS:
            connection.execute(f"PRAGMA {setting}").fetchall()
        probe(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def apply_key(connection: Connection, key: bytes) -> None:
    """Give the key before anything is read. A build without a codec ignores the key silently, so ask."""
    connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"").fetchall()
    if not connection.execute("PRAGMA cipher_version").fetchone():
        raise NoCipher()
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise StoreDamaged() from error


def probe(connection: Connection) -> None:
    """Refuse a database engine without what we rely on: temporary data in memory, full-text search, JSON."""
    options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    memory = connection.execute("PRAGMA temp_store").fetchone()[0] == 2
    json = connection.execute("""SELECT '{"a":1.50}' -> 'a'""").fetchone()[0] == "1.50"
    if not (memory and json and "ENABLE_FTS5" in options):
        raise NoCipher()


def is_plain(path: Path) -> bool:
    """True when the file can be read without a key: then something is badly wrong."""
    with path.open("rb") as file:
        return file.read(len(PLAIN)) == PLAIN
