"""The layer that seals pages: what it refuses to write, and what it does not take for a page."""

from __future__ import annotations

import gc
import sqlite3
import weakref
from pathlib import Path

import apsw
import pytest

from app.core.errors import StoreDamaged
from app.store.engine import damage_named
from app.store.engines import pages, pages_vfs
from app.store.engines.apsw_face import FaceConnection
from app.store.engines.pages_vfs import PAGE, RESERVE, MemoryFile, PageVfs, Seal
from tests.store.engines.work import CANARY

KEY = bytes(range(32))


def names() -> set[str]:
    return {name for name in apsw.vfs_names() if name.startswith("pages-")}


@pytest.mark.parametrize("journal", ["WAL", "DELETE", "TRUNCATE", "PERSIST"])
@pytest.mark.parametrize("more", ["", "?psow=0"])
def test_nothing_plain_is_written_in_any_journal_mode(tmp_path: Path, journal: str, more: str) -> None:
    vfs = PageVfs(KEY)
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
    inner = apsw.Connection(f"file:{tmp_path}/a.db{more}", flags=flags, vfs=vfs.name)
    inner.reserve_bytes("main", RESERVE)
    connection = FaceConnection(inner)
    for setting in (
        "secure_delete = ON",
        f"journal_mode = {journal}",
        "mmap_size = 1000000",
        "cache_size = 10",
    ):
        connection.execute(f"PRAGMA {setting}").fetchall()
    connection.execute("CREATE TABLE t (x)")
    for length in (1, 60, 900):
        connection.executemany("INSERT INTO t VALUES (?)", [(CANARY.decode() * length,)] * 30)
        assert not [file for file in tmp_path.iterdir() if CANARY in file.read_bytes()]
        connection.commit()
    connection.execute("DELETE FROM t WHERE rowid % 3 = 0")
    connection.rollback()
    connection.execute("VACUUM")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (90,)
    assert not [file for file in tmp_path.iterdir() if CANARY in file.read_bytes()]
    connection.close()
    vfs.unregister()


def test_a_database_without_room_for_seals_is_refused(tmp_path: Path) -> None:
    vfs = PageVfs(KEY)
    connection = FaceConnection(apsw.Connection(str(tmp_path / "a.db"), vfs=vfs.name))
    with pytest.raises(sqlite3.OperationalError, match="refused"):
        connection.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(4000));")
    connection.close()
    vfs.unregister()
    assert not (tmp_path / "a.db").stat().st_size


def test_other_lengths_are_refused(tmp_path: Path) -> None:
    vfs = PageVfs(KEY)
    (tmp_path / "a.db").touch()
    kinds = {
        apsw.SQLITE_OPEN_MAIN_DB: ((100, 0), (PAGE, 7)),
        apsw.SQLITE_OPEN_WAL: ((PAGE, 32), (24, 8), (8, 24), (31, 0)),
        apsw.SQLITE_OPEN_MAIN_JOURNAL: ((600, 0),),
    }
    for end, (kind, pieces) in zip(("", "-wal", "-journal"), kinds.items(), strict=True):
        file = vfs.xOpen(
            str(tmp_path / f"a.db{end}"), [kind | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_READWRITE, 0]
        )
        for length, offset in pieces:
            with pytest.raises(apsw.IOError, match="refused"):
                file.xWrite(b"\1" * length, offset)
        assert file.xFileSize() == 0
        file.xClose()
    vfs.unregister()


def test_a_page_opens_only_where_it_was_closed() -> None:
    seal, page = Seal(KEY), b"\1" * (PAGE - RESERVE) + bytes(RESERVE)
    closed = seal.close(b"db", PAGE, page)
    assert seal.open(b"db", PAGE, closed) == page and closed != seal.close(b"db", PAGE, page)
    for kind, offset, data in (
        (b"log", PAGE, closed),
        (b"db", 0, closed),
        (b"db", PAGE, closed[:-1] + b"\2"),
        (b"db", PAGE, bytes(PAGE)),
    ):
        with pytest.raises(pages_vfs.InvalidTag):
            seal.open(kind, offset, data)
    head = bytes(range(24))
    assert seal.unmask(seal.mask(head)) == head and seal.mask(head)[8:] != head[8:]


def test_a_head_can_be_read_in_pieces(tmp_path: Path) -> None:
    """SQLite reads the eight bytes of a running checksum when it writes a page of the log again."""
    vfs = PageVfs(KEY)
    flags = [apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_READWRITE, 0]
    (tmp_path / "a.db").touch()
    file, head = vfs.xOpen(str(tmp_path / "a.db-wal"), flags), bytes(range(1, 25))
    file.xWrite(bytes(range(32)), 0)
    file.xWrite(head, 32)
    file.xWrite(b"\1" * 4064 + bytes(32), 56)
    assert (file.xRead(8, 24), file.xRead(8, 48), file.xRead(24, 32)) == (
        bytes(range(24, 32)),
        head[16:],
        head,
    )
    assert file.xRead(24 + PAGE, 32) == head + b"\1" * 4064 + bytes(32)
    assert file.xRead(PAGE, 56 + PAGE + 24) == file.xRead(24, 32 + PAGE + 24) == b""
    with pytest.raises(apsw.IOError, match="refused"):
        file.xRead(30, 40)
    file.xClose()
    vfs.unregister()


@pytest.mark.parametrize("left", [16, 100, 4095])
def test_a_first_page_cut_short_is_damage(tmp_path: Path, left: int) -> None:
    pages.connect(str(tmp_path / "a.db"), KEY).execute("PRAGMA user_version = 1")
    (tmp_path / "a.db").write_bytes((tmp_path / "a.db").read_bytes()[:left])
    with pytest.raises(StoreDamaged), damage_named():
        pages.connect(str(tmp_path / "a.db"), KEY).execute("SELECT * FROM sqlite_master")


def test_closing_forgets_the_keys(tmp_path: Path) -> None:
    gc.collect()
    before = names()
    connection = pages.connect(str(tmp_path / "a.db"), KEY)
    assert len(names() - before) == 1
    connection.close()
    connection.close()
    assert names() == before
    connection = pages.connect(str(tmp_path / "a.db"), KEY)
    here = weakref.ref(connection)
    del connection
    gc.collect()
    assert here() is None and names() == before
    with pytest.raises(sqlite3.OperationalError):
        pages.connect(str(tmp_path / "none" / "a.db"), KEY)
    assert names() == before


def test_a_new_key_is_refused_and_not_ignored(tmp_path: Path) -> None:
    """Else it would be a key that everybody believes in and nothing was sealed with."""
    connection = pages.connect(str(tmp_path / "a.db"), KEY)
    for sql in (f"PRAGMA rekey = \"x'{KEY.hex()}'\"", " pragma main.Key='k'", "PRAGMA hexrekey = '00'"):
        with pytest.raises(sqlite3.NotSupportedError):
            connection.execute(sql)
    connection.close()


def test_temporary_files_are_bytes_in_memory(tmp_path: Path) -> None:
    file = PageVfs(KEY).xOpen(None, [apsw.SQLITE_OPEN_TEMP_DB, 0])
    assert isinstance(file, MemoryFile)
    file.xWrite(b"abc", 2)
    assert (file.xFileSize(), file.xRead(9, 1)) == (5, b"\0abc")
    file.xTruncate(3)
    assert file.xRead(9, 0) == b"\0\0a" and not file.xCheckReservedLock() and not file.xFileControl(1, 0)
    file.xClose()
    assert file.xFileSize() == 0 and list(tmp_path.iterdir()) == []
