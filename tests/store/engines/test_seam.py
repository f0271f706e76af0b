"""The seam: the right engine or none, the same settings, and a connection that sqlite-utils takes for sqlite3's."""

from __future__ import annotations

import gc
import os
import sqlite3
import weakref
from pathlib import Path

import pytest
from sqlite_utils import Database

from app.core.errors import NoCipher, StoreDamaged
from app.store import engine
from app.store.engine import engine_name, is_plain, open_encrypted

KEY = bytes(range(32))


@pytest.fixture
def db(tmp_path: Path) -> Database:
    db = Database(open_encrypted(tmp_path / "seam.db", KEY), execute_plugins=False)  # type: ignore[arg-type]
    db["notes"].create({"id": int, "text": str}, pk="id")
    return db


def test_the_engine_is_the_one_asked_for() -> None:
    assert engine_name() == os.environ.get("EVENKEEL_ENGINE", "sqlcipher")


def test_without_an_engine_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ENGINES", ("one_that_is_not_installed",))
    engine.load.cache_clear()
    with pytest.raises(NoCipher):
        open_encrypted(tmp_path / "a.db", KEY)
    engine.load.cache_clear()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["plain", "sqlite3", "../engine"])
def test_an_unknown_engine_is_none(name: str) -> None:
    with pytest.raises(NoCipher):
        engine.load(name)


class Deaf:
    """An engine whose build ignores the key, as plain SQLite does."""

    __name__ = "deaf"

    @staticmethod
    def connect(path: str, key: bytes) -> sqlite3.Connection:
        return sqlite3.connect(path)


def test_an_engine_that_ignores_the_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "chosen", Deaf)
    monkeypatch.setattr(engine, "probe", lambda connection: None)
    with pytest.raises(NoCipher):
        open_encrypted(tmp_path / "a.db", KEY)


def test_settings_that_are_not_kept_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spilling = tuple(setting.replace("MEMORY", "FILE") for setting in engine.SETTINGS)
    monkeypatch.setattr(engine, "SETTINGS", spilling)
    with pytest.raises(NoCipher):
        open_encrypted(tmp_path / "a.db", KEY)


def test_a_key_has_32_bytes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32"):
        open_encrypted(tmp_path / "a.db", b"short")


def test_a_new_file_is_written_at_once_and_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    first, second = open_encrypted(file, KEY), open_encrypted(file, KEY)
    assert file.stat().st_size and not is_plain(file)
    first.execute("CREATE TABLE t (x)")
    assert second.execute("SELECT count(*) FROM t").fetchall() == [(0,)]
    assert first.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    first.close()
    second.close()


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    open_encrypted(tmp_path / "a.db", KEY).close()
    before = (tmp_path / "a.db").read_bytes()
    with pytest.raises(StoreDamaged):
        open_encrypted(tmp_path / "a.db", bytes(32))
    assert (tmp_path / "a.db").read_bytes() == before


def test_a_folder_that_is_not_there_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        open_encrypted(tmp_path / "none" / "a.db", KEY)


def test_errors_are_sqlite3s(db: Database) -> None:
    db["notes"].insert({"id": 1, "text": "one"})
    with pytest.raises(sqlite3.IntegrityError, match=r"^UNIQUE constraint failed: notes\.id$"):
        db["notes"].insert({"id": 1, "text": "again"})
    with pytest.raises(sqlite3.OperationalError, match=r"^no such table: nowhere$"):
        db.execute("SELECT * FROM nowhere")
    with pytest.raises(sqlite3.ProgrammingError):
        db.execute("SELECT ?, ?", [1])
    db.conn.close()
    with pytest.raises(sqlite3.ProgrammingError):
        db.conn.execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError):
        assert db.conn.in_transaction


def test_columns_follow_the_table(db: Database) -> None:
    """sqlite-utils adds a column when one is missing, and names rows by the cursor's columns."""
    db["notes"].insert({"id": 1, "text": "one", "colour": "blue"}, alter=True)
    assert list(db.query("SELECT * FROM notes")) == [{"id": 1, "text": "one", "colour": "blue"}]
    again = "SELECT * FROM notes WHERE id < ?"
    db["notes"].add_column("size", int)
    assert [column[0] for column in db.execute(again, [0]).description] == ["id", "text", "colour", "size"]
    db["notes"].transform(rename={"text": "words"})
    assert [column[0] for column in db.execute(again, [9]).description] == ["id", "words", "colour", "size"]


def test_a_row_taken_locks_nothing(db: Database) -> None:
    db["notes"].insert({"id": 1, "text": "one"})
    cursor = db.execute("SELECT text FROM notes")
    assert cursor.fetchone() == ("one",)
    db.execute("DROP TABLE notes")
    assert cursor.fetchone() is None


def test_a_cursor_let_go_is_gone(db: Database) -> None:
    gc.disable()
    try:
        cursor = db.conn.execute("SELECT 1 UNION SELECT 2")
        here = weakref.ref(cursor)
        del cursor
        assert here() is None
    finally:
        gc.enable()


def test_rows_come_in_every_way(db: Database) -> None:
    db["notes"].insert_all({"id": n, "text": None} for n in range(5))
    ask = "SELECT id FROM notes ORDER BY id"
    cursor = db.execute(ask)
    assert (cursor.fetchone(), cursor.fetchmany(2), cursor.fetchall()) == ((0,), [(1,), (2,)], [(3,), (4,)])
    assert [*db.execute(ask)] == db.execute(ask).fetchall() and cursor.fetchmany() == []
    assert db.execute("SELECT :n + 1", {"n": 1}).fetchone() == (2,)
    assert db.execute("-- why\n/* and how */ SELECT NULL").fetchall() == [(None,)]


def test_counts_and_ids_are_told(db: Database) -> None:
    added = db.conn.execute("INSERT INTO notes (text) VALUES ('a')")
    assert (added.rowcount, added.lastrowid, db.conn.in_transaction) == (1, 1, True)
    assert db.conn.execute("UPDATE notes SET text = 'b' WHERE id = 9").rowcount == 0
    assert db.conn.executemany("INSERT INTO notes (text) VALUES (?)", [("c",), ("d",)]).rowcount == 2
    db.conn.rollback()
    assert db["notes"].count == 0


def test_a_write_opens_a_transaction_and_a_block_nests(db: Database) -> None:
    with db.atomic():
        db["notes"].insert({"id": 1})
        with pytest.raises(ZeroDivisionError), db.atomic():
            db["notes"].insert({"id": 2})
            raise ZeroDivisionError
    assert [row["id"] for row in db["notes"].rows] == [1] and not db.conn.in_transaction
    db.conn.executescript("BEGIN; INSERT INTO notes (id) VALUES (3); COMMIT; SELECT 1;")
    db.conn.execute("DELETE FROM notes")
    db.conn.commit()
    db.conn.commit()
    assert db["notes"].count == 0


def test_functions_and_search_work(db: Database) -> None:
    db.register_function(str.upper, name="loud", deterministic=True)
    db["notes"].insert({"id": 1, "text": "presión"})
    db["notes"].enable_fts(["text"], create_triggers=True)
    assert [row["text"] for row in db["notes"].search("presion")] == ["presión"]
    assert db.execute("SELECT loud(text), '[1.50]' -> 0 FROM notes").fetchall() == [("PRESIÓN", "1.50")]
    heard: list[str] = []
    with db.tracer(lambda sql, _values: heard.append(sql)):
        db.vacuum()
    assert heard == ["VACUUM;"]


def test_a_copy_by_vacuum_or_backup_is_sealed_too(db: Database, tmp_path: Path) -> None:
    db["notes"].insert_all({"id": n, "text": "canary in the mine " * 40} for n in range(200))
    db["notes"].delete_where("id > 150")
    db.execute("VACUUM INTO ?", [str(tmp_path / "copy.db")])
    target = open_encrypted(tmp_path / "backup.db", KEY)
    db.conn.backup(target)  # type: ignore[arg-type]
    target.close()
    db.conn.close()
    for file in tmp_path.iterdir():
        assert b"canary" not in file.read_bytes()
    for name in ("copy.db", "backup.db"):
        copy = open_encrypted(tmp_path / name, KEY)
        assert copy.execute("SELECT count(*) FROM notes").fetchone() == (151,)
        copy.close()
