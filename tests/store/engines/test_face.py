"""The sqlite3 face over APSW: the corners that the seam's tests do not reach."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import apsw
import pytest

from app.store.engines.apsw_face import FaceConnection, meaning, verb


@pytest.fixture
def connection() -> Iterator[FaceConnection]:
    connection = FaceConnection(apsw.Connection(":memory:"))
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT) STRICT")
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("insert into t", "INSERT"),
        ("-- note\n ;/* a\nb */Update t", "UPDATE"),
        ("", ""),
        ("--", ""),
        ("(SELECT 1)", ""),
    ],
)
def test_the_first_word_is_found(sql: str, word: str) -> None:
    assert verb(sql) == word


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (apsw.ConstraintError, sqlite3.IntegrityError),
        (apsw.CorruptError, sqlite3.DatabaseError),
        (apsw.NotADBError, sqlite3.DatabaseError),
        (apsw.BusyError, sqlite3.OperationalError),
        (apsw.FullError, sqlite3.OperationalError),
        (apsw.IOError, sqlite3.OperationalError),
        (apsw.TooBigError, sqlite3.DataError),
        (apsw.BindingsError, sqlite3.ProgrammingError),
        (apsw.ConnectionClosedError, sqlite3.ProgrammingError),
    ],
)
def test_an_error_is_the_one_that_sqlite3_raises(ours: type[Exception], theirs: type[Exception]) -> None:
    assert type(meaning(ours("why"))) is theirs and str(meaning(ours("why"))) == "why"


@pytest.mark.parametrize(("said", "meant"), [("not an error", "database or disk is full"), ("why", "why")])
def test_an_error_without_words_is_given_some(said: str, meant: str) -> None:
    assert str(meaning(apsw.FullError(said))) == meant


def test_values_of_other_types_are_refused(connection: FaceConnection) -> None:
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT ?", [object()])
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO t (x) VALUES (x'00')")
    assert connection.execute("SELECT ?", [b"\0"]).fetchone() == (b"\0",)


def test_leaving_a_block_keeps_or_forgets(connection: FaceConnection) -> None:
    with connection:
        connection.execute("INSERT INTO t (x) VALUES ('kept')")
    with pytest.raises(ZeroDivisionError), connection:
        connection.execute("INSERT INTO t (x) VALUES ('forgotten')")
        raise ZeroDivisionError
    assert connection.execute("SELECT x FROM t").fetchall() == [("kept",)] and connection.total_changes == 2
    connection.isolation_level = None
    connection.execute("DELETE FROM t")
    assert not connection.in_transaction


def test_a_row_may_have_a_shape(connection: FaceConnection) -> None:
    connection.row_factory = lambda cursor, row: {cursor.description[0][0]: row[0]}
    cursor = connection.execute("SELECT 1 AS one UNION SELECT 2")
    assert cursor.fetchall() == [{"one": 1}, {"one": 2}]
    cursor.close()
    connection.set_trace_callback(None)
