"""A damaged record says what was damaged, gives back all that still reads, and is itself left as it is."""

from __future__ import annotations

import hashlib
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import NotEmpty, StoreDamaged
from app.store import Store, btree, open_store
from app.store.backup import TABLES
from app.store.engine import engine_name
from app.store.integrity import check
from app.store.raw import PAGE, Pages
from app.store.salvage import rows, salvage, shape_of
from app.store.search import catch_up
from app.vault import Vault
from sync.protocol.wire import Page, Reply, Row
from tests.store.old.make import HERE, PASSCODE, SCOPE, fill, mood, now

KEY = b"k" * 32
FILE = "evenkeel.db"
Found = dict[str, dict[Any, tuple[Any, ...]]]


def living(folder: Path) -> Store:
    """A store in use: hundreds of rows, some of many pages, a search index, an outbox that is far from empty."""
    store = open_store(
        folder, KEY, now, {"mine": "SELECT 1 AS a"}, {"mine_at": "docs (kind, body ->> 'felt_at')"}
    )
    fill(store)
    news = [Row(id=f"n{n}", kind="news", rev=f"e.{n}", seq=n, body=f'{{"text":"{n} {"long " * (n % 9) ** 4}"}}')
            for n in range(10, 200)]  # fmt: skip
    store.settle([], Reply(pages=[Page(scope=SCOPE, rows=news, cursor="d")]))
    for number in range(100, 180):
        store.put(mood(number, f"unsent {number} " * 20))
    store.attach(bytes(range(256)) * 40, "image/png")
    catch_up(store.db)
    return store


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    living(folder).close()
    return folder


@pytest.fixture(scope="module")
def in_use(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as they lie there while the app runs, most of it still in the write-ahead log."""
    folder, copy = tmp_path_factory.mktemp("live"), tmp_path_factory.mktemp("in_use") / "copy"
    store = living(folder)
    shutil.copytree(folder, copy)
    store.close()
    assert (copy / (FILE + "-wal")).stat().st_size > (copy / FILE).stat().st_size
    return copy


def content(folder: Path) -> Found:
    """All rows by their key, as the database says them of a copy: opening one writes its log into it."""
    copy = Path(tempfile.mkdtemp()) / "copy"
    shutil.copytree(folder, copy)
    store = open_store(copy, KEY, now)
    found: Found = {}
    for table in TABLES:
        skip = {"docs": "generation", "base": "seq"}.get(table)
        said = store.rows(f"SELECT * FROM {table}")
        key = ("scope", "id") if table in ("docs", "base") else (next(iter(said[0]), ""),) if said else ()
        found[table] = {
            tuple(row[name] for name in key): tuple(row[name] for name in row if name != skip) for row in said
        }
    store.close()
    shutil.rmtree(copy.parent)
    return found


def damaged(source: Path, folder: Path, pages: list[int], chance: random.Random) -> Path:
    """A copy of the store with these pages destroyed, each in another way."""
    shutil.copytree(source, folder)
    data = bytearray((folder / FILE).read_bytes())
    for number in pages:
        start = (number - 1) * PAGE + (16 if number == 1 else 0)
        length = (number - 1) * PAGE + PAGE - start
        at = start + chance.randrange(length)
        ways = ([data[at] ^ 1], [0] * (number * PAGE - at), chance.randbytes(number * PAGE - at))
        for index, byte in enumerate(chance.choice(ways)):
            data[at + index] = byte
    (folder / FILE).write_bytes(data)
    return folder / FILE


def owners(folder: Path) -> dict[int, str]:
    """What each page of a whole store holds."""
    with Pages(folder / FILE, KEY) as pages:
        return btree.owners(pages)


class Without(Pages):
    """The pages but these."""

    gone: frozenset[int] = frozenset()

    def get(self, number: int) -> bytes | None:
        return None if number in self.gone else super().get(number)


def expected(folder: Path, lost: set[int]) -> dict[str, set[Any]]:
    """The keys of all rows that have no byte on these pages."""
    shapes = [shape_of(open_store(None, KEY, now).db, table) for table in TABLES]
    keys = dict.fromkeys(("docs", "base"), slice(1, 3))
    found: dict[str, set[Any]] = {table: set() for table in TABLES}
    with Without(folder / FILE, KEY) as pages:
        pages.gone = frozenset(lost)
        for shape, record in rows(pages, owners(folder), shapes):
            found[shape.table].add(record[keys.get(shape.table, slice(0, 1))])
    return found


def prints(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_a_whole_store_is_read_as_the_database_reads_it(whole: Path, in_use: Path, tmp_path: Path) -> None:
    for name, source in (("whole", whole), ("in use", in_use)):
        truth, before = content(source), prints(source)
        assert len(truth["docs"]) > 290 and len(truth["outbox"]) > 100
        report = salvage(source / FILE, KEY, tmp_path / name, now)
        assert content(tmp_path / name) == truth and prints(source) == before
        assert report.lost == {} and report.bad == {} and report.recovered["outbox"] == len(truth["outbox"])
        assert report.kinds["news"] == 190


@pytest.mark.parametrize("rounds", [15, pytest.param(150, marks=pytest.mark.slow)])
def test_what_lies_on_other_pages_comes_back_and_nothing_wrong(
    whole: Path, tmp_path: Path, rounds: int
) -> None:
    truth, chance = content(whole), random.Random(rounds)
    count = (whole / FILE).stat().st_size // PAGE
    for turn in range(rounds):
        lost = set(chance.sample(range(1, count + 1), chance.randint(1, 5)))
        file = damaged(whole, tmp_path / f"{turn}", sorted(lost), chance)
        before, out = prints(file.parent), tmp_path / f"{turn}-out"
        report = salvage(file, KEY, out, now)
        assert set(report.bad) == lost and prints(file.parent) == before
        back, due = content(out), expected(whole, lost)
        for table in TABLES:
            assert due[table] <= back[table].keys(), (turn, table, sorted(lost))
            for key, row in back[table].items():
                said = {"docs": slice(1, 5), "blobs": slice(0, 7)}.get(table, slice(None))
                if table == "blobs" and row[1] == "":  # its name is lost, its bytes are not
                    said = slice(2, 4)
                same = row[said] == truth[table][key][said]
                assert same, (turn, table, key)


def test_what_was_lost_is_counted_by_kind(whole: Path, tmp_path: Path) -> None:
    held = owners(whole)
    leaf = next(n for n, name in sorted(held.items(), reverse=True) if name == "outbox")
    report = salvage(damaged(whole, tmp_path / "a", [leaf], random.Random(1)), KEY, tmp_path / "b", now)
    assert report.bad == {leaf: "outbox"} and report.lost.keys() == {"outbox"}
    assert report.lost["outbox"] + report.recovered["outbox"] == len(content(whole)["outbox"])


def test_a_document_whose_page_is_lost_comes_back_from_the_change_that_waits(
    whole: Path, tmp_path: Path
) -> None:
    held = owners(whole)
    docs = [number for number, name in held.items() if name == "docs"]
    salvage(damaged(whole, tmp_path / "a", docs, random.Random(1)), KEY, tmp_path / "b", now)
    truth, back = content(whole), content(tmp_path / "b")
    unsent = {(row[2], row[3]) for row in truth["outbox"].values() if row[-1] is None}
    assert back["outbox"] == truth["outbox"] and back["docs"].keys() == unsent


def test_the_search_finds_again_and_the_store_works(whole: Path, tmp_path: Path) -> None:
    salvage(damaged(whole, tmp_path / "a", [9, 20], random.Random(1)), KEY, tmp_path / "b", now)
    store = open_store(tmp_path / "b", KEY, now)
    store.put(mood(999), SCOPE)
    assert catch_up(store.db) == 0 and store.cursors() == {}
    assert check(tmp_path / "b" / FILE, KEY).is_whole


def test_a_store_is_not_read_with_another_key(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreDamaged):
        salvage(whole / FILE, b"x" * 32, tmp_path / "b", now)
    assert not (tmp_path / "b").exists()


@pytest.mark.skipif(engine_name() == "pages", reason="that format has no salt")
def test_a_store_without_its_salt_is_damaged_and_gives_back_everything(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "a")
    file = tmp_path / "a" / FILE
    file.write_bytes(bytes(16) + file.read_bytes()[16:])
    assert check(file, KEY).bad == {1: "sqlite_master"}
    assert salvage(file, KEY, tmp_path / "b", now).bad == {1: "sqlite_master"}
    assert content(tmp_path / "b") == content(whole)


@pytest.mark.skipif(engine_name() == "pages", reason="that format has no salt")
def test_a_store_of_a_version_that_chose_its_salt_cannot_be_read_without_it(tmp_path: Path) -> None:
    shutil.copy(HERE / "0.1.0.db", file := tmp_path / FILE)
    shutil.copy(HERE / "0.1.0.json", tmp_path / "vault.json")
    key, *_ = Vault(tmp_path).unlock(PASSCODE)
    assert check(file, key).is_whole
    file.write_bytes(bytes(16) + file.read_bytes()[16:])
    for act in (lambda: salvage(file, key, tmp_path / "b", now), lambda: check(file, key)):
        with pytest.raises(StoreDamaged):
            act()
    assert not (tmp_path / "b").exists()


def test_a_store_is_never_salvaged_over_another(whole: Path) -> None:
    before = prints(whole)
    with pytest.raises(NotEmpty):
        salvage(whole / FILE, KEY, whole, now)
    assert prints(whole) == before


# --- the integrity check


def test_a_whole_store_passes_also_while_it_is_open(whole: Path, tmp_path: Path) -> None:
    before, seen = prints(whole), []
    assert check(whole / FILE, KEY, lambda *pair: seen.append(pair)).is_whole
    assert prints(whole) == before and seen[-1][0] == seen[-1][1]
    store = living(tmp_path)
    assert check(tmp_path / FILE, KEY).is_whole
    store.put(mood(900))
    assert check(tmp_path / FILE, KEY).is_whole


def test_the_first_bad_page_and_what_it_held_are_named(whole: Path, tmp_path: Path) -> None:
    held = owners(whole)
    assert len(held) == (whole / FILE).stat().st_size // PAGE, "every page is somebody's"
    for turn, name in enumerate(
        ("docs", "outbox", "search_data", "docs_kind", "mine_at", "blobs", "sqlite_master")
    ):
        number = max(page for page, owner in held.items() if owner == name)
        report = check(damaged(whole, tmp_path / f"{turn}", [number], random.Random(turn)), KEY)
        assert report.first_bad == (number, name) and not report.is_whole


def test_a_cut_file_lacks_its_last_pages(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "a")
    data = (tmp_path / "a" / FILE).read_bytes()
    (tmp_path / "a" / FILE).write_bytes(data[: len(data) // 2])
    report = check(tmp_path / "a" / FILE, KEY)
    assert report.pages == len(data) // PAGE and len(report.bad) == -(-report.pages // 2)


def test_an_old_page_put_back_is_genuine_but_does_not_fit(whole: Path, tmp_path: Path) -> None:
    held = owners(whole)
    root = next(n for n, name in held.items() if name == "docs_kind")
    old = (whole / FILE).read_bytes()
    shutil.copytree(whole, tmp_path / "a")
    store = open_store(tmp_path / "a", KEY, now)
    with store.db.atomic():
        store.db.execute("DELETE FROM docs WHERE id = 'n10'")
    store.close()
    new = bytearray((tmp_path / "a" / FILE).read_bytes())
    new[(root - 1) * PAGE : root * PAGE] = old[(root - 1) * PAGE : root * PAGE]
    leaves = [n for n, name in held.items() if name == "docs_kind"]
    for number in leaves:
        new[(number - 1) * PAGE : number * PAGE] = old[(number - 1) * PAGE : number * PAGE]
    (tmp_path / "a" / FILE).write_bytes(new)
    report = check(tmp_path / "a" / FILE, KEY)
    assert report.bad == {} and report.faults
