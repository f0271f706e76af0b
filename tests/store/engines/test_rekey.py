"""A new data key on every engine: it alone opens the record, the store goes on, and no failure leaves a half."""

from __future__ import annotations

import errno
import resource
import shutil
from pathlib import Path

import pytest

from app.core.errors import StoreBusy, StoreDamaged, StoreError, StoreFull
from app.store import FILE, Store, open_store
from app.store.errors import plainly
from app.store.renew import be_quiet, connect, put_in_place, room_named
from app.store.search import catch_up, find
from tests.store.engines.exchange import KEY, NOW, SCOPE, told, write

NEW = bytes(range(5, 37))


def opened(folder: Path, key: bytes = KEY) -> Store:
    """The record in this folder."""
    folder.mkdir(exist_ok=True)
    store = open_store(folder, key, lambda: NOW)
    store.scope = SCOPE
    return store


def test_only_the_new_key_opens_and_the_store_goes_on(tmp_path: Path) -> None:
    store, heard = opened(tmp_path), list[frozenset[str]]()
    write(store, "before")
    store.listen({"mood"}, heard.append)
    store.rekey(NEW)
    write(store, "after")
    assert heard and told(store)["moods"] == ["after", "before"]
    store.second().close()
    while catch_up(store.db):
        pass
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
    with pytest.raises(StoreDamaged):
        opened(tmp_path)
    again = opened(tmp_path, NEW)
    assert told(again)["count"] == 40 and len(find(again.db, SCOPE, "presion")) == 2
    again.close()


@pytest.mark.parametrize(("end", "begins"), [("-wal", b""), ("-journal", b"\xd9")])
def test_no_file_takes_the_place_of_one_whose_log_is_still_there(
    tmp_path: Path, end: str, begins: bytes
) -> None:
    """The next to open it would apply the one's log to the other."""
    for name in ("a.db", "b.db"):
        (tmp_path / name).write_bytes(name.encode())
        (tmp_path / f"{name}-journal").write_bytes(bytes(9))
    be_quiet(tmp_path / "a.db")
    (tmp_path / f"a.db{end}").write_bytes(begins)
    with pytest.raises(StoreBusy):
        put_in_place(tmp_path / "b.db", tmp_path / "a.db")
    assert (tmp_path / "a.db").read_bytes() == b"a.db"


def test_while_somebody_else_has_it_open_nothing_changes(tmp_path: Path) -> None:
    store = opened(tmp_path)
    write(store, "before")
    other = store.second()
    with pytest.raises(StoreBusy):
        store.rekey(NEW)
    assert len(other.rows("SELECT * FROM docs WHERE kind = 'mood'")) == 20
    other.close()
    write(store, "after")
    store.close()
    assert told(opened(tmp_path))["count"] == 40


def test_without_room_nothing_changes(tmp_path: Path) -> None:
    store = opened(tmp_path)
    write(store, "before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        with pytest.raises(StoreError):
            store.rekey(NEW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    write(store, "after")
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
    assert told(opened(tmp_path))["count"] == 40


def test_a_copy_that_finds_no_room_is_named(tmp_path: Path) -> None:
    store, copy = opened(tmp_path), connect(tmp_path / "copy.db", NEW)
    write(store, "before")
    copy.execute("PRAGMA max_page_count = 9").fetchall()
    with pytest.raises(StoreFull), plainly(tmp_path):
        store.db.conn.backup(copy)
    copy.close()
    store.close()


@pytest.mark.parametrize(("number", "named"), [(errno.ENOSPC, StoreFull), (errno.EACCES, PermissionError)])
def test_a_disk_without_room_is_named(number: int, named: type[Exception]) -> None:
    with pytest.raises(named), room_named():
        raise OSError(number, "why")


def test_a_new_file_that_was_never_finished_is_cleared_away(tmp_path: Path) -> None:
    opened(tmp_path).close()
    (tmp_path / f"{FILE}.new").write_bytes(b"half")
    (tmp_path / f"{FILE}.new-journal").write_bytes(b"half")
    opened(tmp_path).close()
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_a_wrong_key_takes_nothing_from_the_log(tmp_path: Path) -> None:
    """After a rotation that was cut short both keys are tried, beside a log that a crash left."""
    store = opened(tmp_path / "live")
    write(store, "logged")
    shutil.copytree(tmp_path / "live", tmp_path / "left", ignore=shutil.ignore_patterns("*-shm"))
    store.close()
    assert (tmp_path / "left" / f"{FILE}-wal").stat().st_size
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            opened(tmp_path / "left", NEW)
    assert told(opened(tmp_path / "left"))["count"] == 20
