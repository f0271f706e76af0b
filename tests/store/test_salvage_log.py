"""Salvage of what lies in the write-ahead log, without the salt, and of what was deleted: that stays gone."""

from __future__ import annotations

import errno
import io
import os
import random
import shutil
from pathlib import Path

import pytest

from app.store import btree, open_store
from app.store.engine import engine_name
from app.store.integrity import bad_pages, check
from app.store.raw import PAGE, Pages
from app.store.salvage import salvage
from tests.store.killed import many
from tests.store.old.make import now
from tests.store.test_salvage import FILE, KEY, content, damaged, in_use, living, owners, prints

__all__ = ["in_use"]


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_log_costs_what_it_held_and_nothing_is_wrong(
    in_use: Path, tmp_path: Path, seed: int
) -> None:
    chance, truth = random.Random(seed), content(in_use)
    shutil.copytree(in_use, tmp_path / "a")
    log = tmp_path / "a" / (FILE + "-wal")
    data = bytearray(log.read_bytes())
    if seed % 2:
        data = data[: chance.randrange(len(data) // 2, len(data))]
    else:
        for _ in range(3):
            data[chance.randrange(32, len(data))] ^= 1
    log.write_bytes(data)
    before = prints(tmp_path / "a")
    salvage(tmp_path / "a" / FILE, KEY, tmp_path / "b", now)
    assert prints(tmp_path / "a") == before
    back = content(tmp_path / "b")
    assert len(back["outbox"]) > 20
    for key, row in back["outbox"].items():
        assert row[:-1] == truth["outbox"].get(key, row)[:-1]


@pytest.mark.skipif(engine_name() == "pages", reason="that format has no salt")
def test_a_lost_salt_is_found_again_in_the_log(in_use: Path, tmp_path: Path) -> None:
    shutil.copytree(in_use, tmp_path / "a")
    file = tmp_path / "a" / FILE
    file.write_bytes(bytes(PAGE) + file.read_bytes()[PAGE:])
    report = salvage(file, KEY, tmp_path / "b", now)
    assert content(tmp_path / "b") == content(in_use) and report.bad == {1: "sqlite_master"}


def test_frames_left_over_from_before_are_not_taken_for_news(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    store = living(tmp_path / "live")
    store.db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
    store.keep(after="the log began anew")
    shutil.copytree(tmp_path / "live", tmp_path / "a")
    store.keep(after=None)
    store.close()
    salvage(tmp_path / "a" / FILE, KEY, tmp_path / "b", now)
    assert content(tmp_path / "b") == content(tmp_path / "a")
    assert content(tmp_path / "b")["state"][("after",)]


@pytest.mark.parametrize("lost", [[], [1]])
def test_what_was_deleted_stays_gone(tmp_path: Path, lost: list[int]) -> None:
    (tmp_path / "a").mkdir()
    store = living(tmp_path / "a")
    with store.db.atomic():
        store.db.execute("DELETE FROM docs WHERE kind = 'news' AND id NOT LIKE 'n1%'")
        store.db.execute("DELETE FROM outbox WHERE n > 20")
    store.close()
    free = [number for number, name in owners(tmp_path / "a").items() if name == btree.FREE]
    assert len(free) > 20 and len(owners(tmp_path / "a")) == (tmp_path / "a" / FILE).stat().st_size // PAGE
    assert check(tmp_path / "a" / FILE, KEY).is_whole
    file = damaged(tmp_path / "a", tmp_path / "b", lost, random.Random(2))
    salvage(file, KEY, tmp_path / "c", now)
    truth, back = content(tmp_path / "a"), content(tmp_path / "c")
    assert back["docs"].keys() == truth["docs"].keys() and back["outbox"] == truth["outbox"]


def test_nothing_is_left_of_a_salvage_that_failed(in_use: Path, tmp_path: Path) -> None:
    def stop(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    before = prints(in_use)
    with pytest.raises(KeyboardInterrupt):
        salvage(in_use / FILE, KEY, tmp_path / "b", now, stop)
    assert not list((tmp_path / "b").iterdir()) and prints(in_use) == before


def test_numbers_of_every_length_are_read(tmp_path: Path) -> None:
    store = open_store(tmp_path, KEY, now)
    numbers = [
        0,
        1,
        -1,
        127,
        -128,
        40_000,
        -(1 << 23),
        1 << 30,
        -(1 << 40),
        1 << 62,
        -(1 << 63),
        (1 << 63) - 1,
    ]
    with store.db.atomic():
        store.db.execute("CREATE TABLE numbers (n INTEGER PRIMARY KEY, a, b REAL)")
        store.db.conn.executemany("INSERT INTO numbers VALUES (?, ?, 0.5)", [(n, n) for n in numbers])
    store.close()
    with Pages(tmp_path / FILE, KEY) as pages:
        number = next(n for n, name in btree.owners(pages).items() if name == "numbers")
        node = btree.node_of(pages.get(number), number, pages.usable)
        assert node and {(row, rest) for row, rest in btree.rows_on(pages, number, node)} == {
            (n, (None, n, 0.5)) for n in numbers
        }


def test_a_search_index_that_does_not_fit_is_a_fault_and_thousands_of_rows_come_back(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    store = living(tmp_path / "a")
    many(store, 2000)
    with store.db.atomic():
        store.db.execute("DELETE FROM search_data WHERE id > 10")
    store.close()
    report = check(tmp_path / "a" / FILE, KEY)
    assert report.bad == {} and any("search" in fault for fault in report.faults)
    salvage(tmp_path / "a" / FILE, KEY, tmp_path / "b", now)
    assert content(tmp_path / "b")["docs"] == content(tmp_path / "a")["docs"]
    assert check(tmp_path / "b" / FILE, KEY).is_whole


class Failing(io.BytesIO):
    """A file on a disk that cannot read some of its places."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Fail as the system does."""
        if self.tell() // PAGE in (3, 7):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(size)


def test_a_page_that_the_disk_cannot_read_is_a_bad_page(tmp_path: Path) -> None:
    living(tmp_path).close()
    with Pages(tmp_path / FILE, KEY) as pages:
        pages._file.close()
        pages._file = Failing((tmp_path / FILE).read_bytes())
        assert bad_pages(pages) == [4, 8]
