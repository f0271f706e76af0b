"""SQLCipher with a raw key, behind sqlite3's own exceptions.

sqlite-utils catches sqlite3's exceptions and SQLCipher's driver raises its own, so each call that can fail is
wrapped here.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as cipher

from app.core.errors import NoCipher
from app.store.engines.formats import raw_key, refuse_sealed
from app.store.engines.whole import refuse_gaps

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


class CipherConnection(cipher.Connection):  # type: ignore[misc]
    """A connection whose errors are sqlite3's."""

    commit = standard(cipher.Connection.commit)
    rollback = standard(cipher.Connection.rollback)
    close = standard(cipher.Connection.close)
    create_function = standard(cipher.Connection.create_function)
    backup = standard(cipher.Connection.backup)
    in_transaction = property(standard(lambda self: cipher.Connection.in_transaction.__get__(self)))

    @standard
    def cursor(self, factory: type[Cursor] = Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, *args: Any) -> Any:
        return self.cursor().execute(*args)

    def executemany(self, *args: Any) -> Any:
        return self.cursor().executemany(*args)

    def executescript(self, *args: Any) -> Any:
        return self.cursor().executescript(*args)


def connect(path: str, key: bytes) -> CipherConnection:
    """A connection with the key given before anything is read. A build without a codec ignores it, so ask."""
    refuse_sealed(path)
    refuse_gaps(path)
    given = raw_key(path, key)
    try:
        connection: CipherConnection = cipher.connect(path, factory=CipherConnection, timeout=5)
    except cipher.Error as error:
        raise SAME.get(type(error), sqlite3.Error)(*error.args) from error
    try:
        connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
        connection.execute(f'PRAGMA key = "{given}"').fetchall()
        if not connection.execute("PRAGMA cipher_version").fetchone():
            raise NoCipher()
    except BaseException:
        connection.close()
        raise
    return connection
