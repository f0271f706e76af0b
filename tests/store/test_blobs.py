"""Files of documents in the store: carried by backups, saved from damage, erased with the rest, small in memory."""

from __future__ import annotations

import io
import random
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from app.store import Store, blobs, erase_files, has_files, open_store, shelf
from app.store.backup import read_backup, write_backup
from app.store.salvage import salvage
from app.store.shelf import Shelf
from sync.models import Attachment
from sync.protocol.attachments import PART, Blob, Held
from sync.protocol.wire import Reply, Verdict
from tests.store.killed import FAST
from tests.store.old.make import SCOPE, now
from tests.store.test_salvage import FILE, KEY, damaged, owners
from tests.sync.letters import Letter, named, picture, write

SENT, UNSENT = picture(PART + 5, 1), picture(2 * PART + 9, 2)


def filled(folder: Path | None) -> Store:
    """A store with one file the clinic has, and one it has not."""
    if folder:
        folder.mkdir(exist_ok=True)
    store = open_store(folder, KEY, now)
    store.scope = SCOPE
    write(store, SENT)
    write(store, UNSENT)
    Shelf(store).heard(blob_of(SENT), Held(have=len(SENT), whole=True))
    return store


def blob_of(data: bytes) -> Blob:
    return Blob(scope=SCOPE, hash=named(data).hash, size=len(data))


def bytes_of(store: Store, one: Attachment) -> bytes:
    return b"".join(shelf.read(store, one, SCOPE))


def test_a_backup_carries_files_and_the_clinic_is_offered_them_all() -> None:
    store, other = filled(None), open_store(None, b"n" * 32, now)
    assert Shelf(store).unsent() == [blob_of(UNSENT)]
    file = io.BytesIO()
    write_backup(store, file, "a phrase", FAST)
    file.seek(0)
    read_backup(file, "a phrase", other, FAST)
    assert [bytes_of(other, named(data)) for data in (SENT, UNSENT)] == [SENT, UNSENT]
    assert set(Shelf(other).unsent()) == {blob_of(SENT), blob_of(UNSENT)}
    assert not other.pending(9), "their letters wait for them"


@pytest.mark.parametrize("seed", range(3))
def test_what_was_not_sent_is_saved_from_a_damaged_store(tmp_path: Path, seed: int) -> None:
    """The pages that say which files there are, are lost: the letters that name them still do."""
    filled(tmp_path / "whole").close()
    lost = [number for number, name in owners(tmp_path / "whole").items() if name == "blobs"]
    path = damaged(tmp_path / "whole", tmp_path / "damaged", lost, random.Random(seed))
    salvage(path, KEY, tmp_path / "new", now)
    store = open_store(tmp_path / "new", KEY, now)
    assert [bytes_of(store, named(data)) for data in (SENT, UNSENT)] == [SENT, UNSENT]
    assert set(Shelf(store).unsent()) == {blob_of(SENT), blob_of(UNSENT)}
    store.close()


def test_a_file_of_a_settled_letter_is_asked_for_and_can_be_let_go_again(tmp_path: Path) -> None:
    store = filled(tmp_path / "whole")
    sent = store.pending(9)
    verdicts = [Verdict(mid=one.mid, status="ok", id=one.id, rev="e.1", seq=1) for one in sent]
    store.settle(sent, Reply(verdicts=verdicts))
    store.close()
    lost = [number for number, name in owners(tmp_path / "whole").items() if name == "blobs"]
    path = damaged(tmp_path / "whole", tmp_path / "damaged", lost, random.Random(1))
    salvage(path, KEY, tmp_path / "new", now)
    store = open_store(tmp_path / "new", KEY, now)
    assert set(Shelf(store).unsent()) == {blob_of(SENT), blob_of(UNSENT)}
    Shelf(store).heard(blob_of(SENT), Held(have=len(SENT), whole=True))
    blobs.make_room(store.db, now() + timedelta(days=400), 0)
    assert [bytes_of(store, named(UNSENT))] == [UNSENT] and shelf.where(store, named(SENT), SCOPE) == "away"
    store.close()


def test_bytes_whose_name_is_lost_are_kept_all_the_same(tmp_path: Path) -> None:
    store = filled(tmp_path / "whole")
    store.attach(picture(PART + 1, 3), "image/png")
    store.close()
    lost = [number for number, name in owners(tmp_path / "whole").items() if name == "blobs"]
    path = damaged(tmp_path / "whole", tmp_path / "damaged", lost, random.Random(1))
    salvage(path, KEY, tmp_path / "new", now)
    store = open_store(tmp_path / "new", KEY, now)
    blobs.make_room(store.db, now() + timedelta(days=400), 0)
    nameless = store.rows("SELECT hash, have, kept FROM blobs WHERE scope = ''")
    assert nameless == [{"hash": named(picture(PART + 1, 3)).hash, "have": PART + 1, "kept": 1}]
    store.close()


def test_a_file_that_lost_a_part_is_not_taken_for_whole(tmp_path: Path) -> None:
    store = filled(tmp_path / "whole")
    (gone,) = store.db.execute("SELECT rowid FROM parts WHERE n = 1 AND length(bytes) = ?", [PART]).fetchone()
    store.close()
    pages = [number for number, name in owners(tmp_path / "whole").items() if name == "parts"]
    path = damaged(tmp_path / "whole", tmp_path / "damaged", pages[len(pages) // 2 :], random.Random(gone))
    salvage(path, KEY, tmp_path / "new", now)
    store = open_store(tmp_path / "new", KEY, now)
    for data in (SENT, UNSENT):
        here = shelf.where(store, named(data), SCOPE) == "here"
        have = store.rows("SELECT coalesce(sum(length(bytes)), 0) AS n FROM parts JOIN blobs ON blobs.n = blob "
                          "WHERE hash = ?", named(data).hash)[0]["n"]  # fmt: skip
        assert here == (have == len(data)) and Shelf(store).have(blob_of(data)) == have
        assert not here or bytes_of(store, named(data)) == data
    assert len(store.find(Letter, scope=SCOPE)) == 2
    store.close()


def test_erasing_takes_the_files_along(tmp_path: Path) -> None:
    filled(tmp_path).close()
    erase_files(tmp_path)
    assert not has_files(tmp_path) and not list(tmp_path.glob(f"{FILE}*"))


class Endless(io.RawIOBase):
    """A stream of so many bytes that are never all in memory."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        given = min(size, self.left)
        self.left -= given
        return self.left.to_bytes(8, "big") * (given // 8) + bytes(given % 8)


def test_a_big_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    store = open_store(tmp_path, KEY, now)
    store.scope = SCOPE
    tracemalloc.start()
    one = store.attach(Endless(24 << 20), "video/mp4")  # type: ignore[arg-type]
    size = sum(len(data) for data in shelf.read(store, one))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == one.size == 24 << 20 and peak < 8 * PART
    store.close()
