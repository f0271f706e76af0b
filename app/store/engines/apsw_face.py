"""APSW with the face of sqlite3: what sqlite-utils and the store use, no more.

Transactions follow sqlite3's older mode: a write opens one unless `isolation_level` is None. A cursor knows its
columns before the first row, and is one row ahead, so that a statement that has said everything is finished and
locks nothing. Nothing here refers back to its owner: a cursor let go is gone at once.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import apsw

Function = TypeVar("Function", bound=Callable[..., Any])
Values = Sequence[Any] | Mapping[str, Any]
WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE"})
VERB = re.compile(r"(?:\s|;|--[^\n]*(?:\n|$)|/\*.*?\*/)*([A-Za-z]+)", re.DOTALL)
MISUSED = "Misuse Range Bindings ConnectionClosed CursorClosed ThreadingViolation ExecutionComplete"
SAME: dict[str, type[sqlite3.Error]] = {
    "ConstraintError": sqlite3.IntegrityError,
    "MismatchError": sqlite3.IntegrityError,
    "TooBigError": sqlite3.DataError,
    "CorruptError": sqlite3.DatabaseError,
    "NotADBError": sqlite3.DatabaseError,
    "InternalError": sqlite3.InternalError,
    **{f"{name}Error": sqlite3.ProgrammingError for name in MISUSED.split()},
}
NOTHING = "not an error"  # what APSW says when a backup fails
WORDLESS = {
    "FullError": "database or disk is full",
    "BusyError": "database is locked",
    "IOError": "disk I/O error",
}


def meaning(error: Exception) -> sqlite3.Error:
    """APSW's error as sqlite3's: the class, the text, the result code."""
    name = type(error).__name__
    text = str(error).removeprefix(f"{name}: ")
    same = SAME.get(name, sqlite3.OperationalError)(WORDLESS.get(name, text) if text == NOTHING else text)
    same.sqlite_errorcode = getattr(error, "extendedresult", 0)
    return same


def standard(function: Function) -> Function:
    """The same function, raising sqlite3's exceptions instead of APSW's."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except apsw.Error as error:
            raise meaning(error) from error

    return call  # type: ignore[return-value]


def verb(sql: str) -> str:
    """The first word of a statement, behind blanks and comments."""
    found = VERB.match(sql)
    return found[1].upper() if found else ""


def note(columns: list[Any], cursor: Any, *_: object) -> bool:
    """Note a statement's columns before its first step, and let it go on."""
    columns.append(cursor.get_description())
    return True


class Cursor:
    """The rows of one statement."""

    arraysize = 1

    def __init__(self, connection: FaceConnection) -> None:
        self.connection, self.row_factory = connection, connection.row_factory
        self.rowcount, self.lastrowid = -1, None
        self.description: tuple[tuple[Any, ...], ...] | None = None
        self._inner = connection.inner.cursor()
        self._ahead: Any = None

    @standard
    def execute(self, sql: str, values: Values = ()) -> Cursor:
        """Run one statement up to its first row."""
        inner, word = self.connection.inner, verb(sql)
        self.connection.begin(word)
        before = inner.total_changes()
        self._start(sql, values)
        self.rowcount = -1
        if word in WRITES:
            self.rowcount = inner.changes() if inner.total_changes() != before else 0
            if word in ("INSERT", "REPLACE"):
                self.lastrowid = inner.last_insert_rowid()
        return self

    def _start(self, sql: str, values: Values) -> None:
        # The trace runs when the statement is ready and no row was taken: an empty result has columns too. Asked
        # again after the first step (by another name, each has its own memory), as ALTER may have changed them.
        columns: list[Any] = []
        self._ahead = self.description = None
        self._inner.exec_trace = functools.partial(note, columns)
        try:
            self._inner.execute(sql, values)
        except TypeError as error:
            raise sqlite3.ProgrammingError(str(error)) from error
        with contextlib.suppress(apsw.ExecutionCompleteError):
            columns.append(self._inner.description)
        self._ahead = next(self._inner, None)
        if columns and columns[-1]:
            self.description = tuple((column[0], *[None] * 6) for column in columns[-1])

    @standard
    def executemany(self, sql: str, rows: Iterable[Values]) -> Cursor:
        """Run one statement for each of `rows`."""
        self.connection.begin(verb(sql))
        before = self.connection.inner.total_changes()
        self._ahead = self._inner.exec_trace = None
        self._inner.executemany(sql, rows)
        self.rowcount = self.connection.inner.total_changes() - before
        return self

    @standard
    def executescript(self, sql: str) -> Cursor:
        """Run several statements and drop their rows."""
        self._ahead = self._inner.exec_trace = None
        for _row in self._inner.execute(sql):
            pass
        return self

    @standard
    def fetchone(self) -> Any:
        """The next row, or None."""
        if (row := self._ahead) is None:
            return None
        self._ahead = next(self._inner, None)
        return self.row_factory(self, row) if self.row_factory else row

    def __iter__(self) -> Cursor:
        return self

    def __next__(self) -> Any:
        if self._ahead is None:
            raise StopIteration
        return self.fetchone()

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Some of the rows that are left."""
        rows = (self.fetchone() for _ in range(size or self.arraysize) if self._ahead is not None)
        return list(rows)

    @standard
    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        if self.row_factory or self._ahead is None:
            return list(self)
        rows, self._ahead = [self._ahead, *self._inner], None
        return rows

    def close(self) -> None:
        """Let the statement go."""
        self._inner.close(True)


class FaceConnection:
    """One open database."""

    row_factory: Callable[[Any, Any], Any] | None = None
    isolation_level: str | None = ""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        inner.set_busy_timeout(5000)

    @property
    def in_transaction(self) -> bool:
        """True between BEGIN and COMMIT."""
        return bool(self._ask(lambda inner: inner.in_transaction))

    @property
    def total_changes(self) -> int:
        """How many rows this connection has written."""
        return int(self._ask(lambda inner: inner.total_changes()))

    @standard
    def _ask(self, question: Callable[[Any], Any]) -> Any:
        return question(self.inner)

    def begin(self, word: str) -> None:
        """Open a transaction for a statement that starts with this word, where sqlite3 would."""
        if word in WRITES and self.isolation_level is not None and not self.inner.in_transaction:
            self.inner.execute(f"BEGIN {self.isolation_level}")

    @standard
    def cursor(self) -> Cursor:
        """A cursor for one statement at a time."""
        return Cursor(self)

    def execute(self, sql: str, values: Values = (), /) -> Cursor:
        """One statement; returns its cursor."""
        return self.cursor().execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Values], /) -> Cursor:
        """One statement for each of `rows`."""
        return self.cursor().executemany(sql, rows)

    def executescript(self, sql: str, /) -> Cursor:
        """Several statements, after a commit."""
        self.commit()
        return self.cursor().executescript(sql)

    @standard
    def commit(self) -> None:
        """Keep what was written."""
        if self.inner.in_transaction:
            self.inner.execute("COMMIT")

    @standard
    def rollback(self) -> None:
        """Forget what was written."""
        if self.inner.in_transaction:
            self.inner.execute("ROLLBACK")

    @standard
    def create_function(
        self, name: str, narg: int, func: Callable[..., Any] | None, *, deterministic: bool = False
    ) -> None:
        """Make a Python function callable in SQL."""
        self.inner.create_scalar_function(name, func, narg, deterministic=deterministic)

    @standard
    def set_trace_callback(self, callback: Callable[[str], Any] | None) -> None:
        """Hear each statement's text."""
        told = (lambda event: callback(event["sql"])) if callback else None
        self.inner.trace_v2(apsw.SQLITE_TRACE_STMT if callback else 0, told)

    @standard
    def backup(self, target: FaceConnection, *, pages: int = -1) -> None:
        """Copy every page into another open database."""
        with target.inner.backup("main", self.inner, "main") as copy:
            while not copy.done:
                copy.step(pages)

    @standard
    def close(self) -> None:
        """Let the file go, whatever is still being read."""
        self.inner.close(True)

    def __enter__(self) -> FaceConnection:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.rollback() if kind else self.commit()
