"""A visit on a shared tablet leaves nothing: planted words and its key are in no file, whatever ends it."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.clinic_process import with_root
from app.core.errors import NoVault, StoreDamaged, StoreError
from app.main import make_app
from app.session import Session, sweep
from app.store import Store, open_store
from app.store.search import catch_up, find
from app.vault import Vault
from app.vault.keys import make_key
from sync.models import MoodEntry, new_id
from sync.protocol.wire import Page, Reply, Verdict

SCOPE = "patient:planted-scope"
WORD = "planted sentence"
PLANTED = (b"planted", b"sentence", b"mood_by")


def now() -> datetime:
    """A moment that stays."""
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Keys:
    """Makes keys and remembers them, as no session does."""

    def __init__(self) -> None:
        self.made: list[bytes] = []

    def __call__(self) -> bytes:
        """A random key."""
        self.made.append(make_key())
        return self.made[-1]


def live(store: Store, count: int = 40) -> None:
    """A visit that makes the database use all its files: writes, search, a big sort."""
    store.scope = SCOPE
    for number in range(count):
        id = new_id(datetime.now(UTC))
        store.put(MoodEntry(id=id, felt_at=now(), score=3, note=f"{WORD} {number} " * 40))
    while catch_up(store.db):
        pass
    assert find(store.db, SCOPE, "planted")
    store.rows("SELECT a.body FROM docs a, docs b ORDER BY a.body || b.body DESC LIMIT 5")


def readable(folder: Path, *keys: bytes) -> list[tuple[str, bytes]]:
    """Which planted words, and which keys, can be read in which files."""
    words = [*PLANTED, *keys, *(key.hex().encode() for key in keys)]
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [(file.name, word) for file in files for word in words if word in file.read_bytes()]


def left(root: Path) -> list[str]:
    """What lies under the root."""
    return [path.name for path in root.rglob("*")]


# --- nothing can be read


def test_no_file_can_be_read_while_it_lasts_and_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, temporary, keys = tmp_path / "root", tmp_path / "temporary", Keys()
    temporary.mkdir()
    for name in ("SQLITE_TMPDIR", "TMPDIR"):
        monkeypatch.setenv(name, str(temporary))
    views = {"mood_by_score": "SELECT body ->> 'score' AS score FROM docs WHERE kind = 'mood'"}
    with Session(root, now, views, {}, keys) as session:
        live(session.store)
        assert session.store.rows("SELECT * FROM mood_by_score LIMIT 1")
        assert (session.folder / "evenkeel.db-wal").stat().st_size > 0, "the log is looked at too"
        assert readable(tmp_path, *keys.made) == []
    assert len(keys.made) == 1 and left(root) == [] and left(temporary) == []


def test_this_search_can_fail(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text(WORD)
    assert readable(tmp_path) == [("plain", b"planted"), ("plain", b"sentence")]


def test_a_copy_taken_while_it_lasts_opens_with_nothing(tmp_path: Path) -> None:
    copy, keys = tmp_path / "copy", Keys()
    with Session(tmp_path / "root", now, make_key=keys) as session:
        live(session.store)
        shutil.copytree(session.folder, copy)
    assert not list(copy.glob("vault*")) and readable(copy, *keys.made) == []
    for key in (bytes(32), make_key()):
        with pytest.raises(StoreDamaged):
            open_store(copy, key, now)
    with pytest.raises(NoVault):
        Vault(copy, fast=True).unlock("135790")
    assert not make_app(copy, vault=Vault(copy, fast=True), drawn=False).is_enrolled
    proof = open_store(copy, keys.made[0], now)
    assert len(proof.find(MoodEntry, scope=SCOPE)) == 40, "the copy is whole: only the key is missing"
    proof.close()


def test_each_visit_has_a_key_and_a_folder_of_its_own_and_both_are_private(tmp_path: Path) -> None:
    keys = Keys()
    with (
        Session(tmp_path / "root", now, make_key=keys) as one,
        Session(tmp_path / "root", now, make_key=keys) as two,
    ):
        assert one.folder != two.folder and len(set(keys.made)) == 2
        live(one.store, 1)
        assert not two.store.rows("SELECT * FROM docs")
        if os.name == "posix":
            assert {path.stat().st_mode & 0o077 for path in (one.folder.parent, one.folder)} == {0}


# --- it ends, in whatever way


def test_ending_twice_is_ending_once(tmp_path: Path) -> None:
    session = Session(tmp_path, now)
    store = session.store
    session.end()
    session.end()
    assert not session.is_open and session.unsent() == 0 and left(tmp_path) == []
    with pytest.raises(Exception, match="closed"):
        store.rows("SELECT 1")
    assert store._key == b""


def test_a_failure_during_the_visit_ends_it(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Session(tmp_path, now) as session:
        live(session.store, 1)
        raise KeyError
    assert left(tmp_path) == []


def test_a_visit_that_could_not_begin_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Session(tmp_path, now, views={"broken": "SELECT planted FROM nowhere"}, indices={"no": "nonsense"})
    assert left(tmp_path) == []


@pytest.fixture
def no_room() -> Iterator[Callable[[], None]]:
    """From when it is called until the test ends, no file may grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_keeps_no_visit_from_ending(tmp_path: Path, no_room: Callable[[], None]) -> None:
    session = Session(tmp_path, now)
    live(session.store, 3)
    no_room()
    with pytest.raises(StoreError):
        live(session.store, 1)
    session.end()
    assert left(tmp_path) == []


def test_what_cannot_be_removed_now_is_unreadable_and_goes_later(tmp_path: Path) -> None:
    session, keep = Session(tmp_path, now), tmp_path / "keep"
    live(session.store, 3)
    os.rename(session.folder, keep)  # as where a file is held open by a scanner
    session.end()
    keep.rename(session.folder)
    assert readable(tmp_path) == [] and sweep(tmp_path) == 1 and left(tmp_path) == []


# --- sweeping


def test_sweeping_leaves_a_visit_alone_that_is_under_way(tmp_path: Path) -> None:
    (tmp_path / "session-of-yesterday").mkdir()
    (tmp_path / "session-of-yesterday" / "evenkeel.db").write_bytes(b"cipher text")
    (tmp_path / "session-with-a-lock-only.lock").touch()
    (tmp_path / "settings.json").touch()
    with Session(tmp_path, now) as session:
        (tmp_path / "session-of-today").mkdir()
        assert sweep(tmp_path) == 1
        live(session.store, 1)
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
            [session.folder.name, f"{session.folder.name}.lock", "settings.json"]
        )
    assert sweep(tmp_path) == 0 and left(tmp_path) == ["settings.json"]


def test_sweeping_removes_a_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    (other / "mine").touch()
    (root / "session-linked").symlink_to(other, target_is_directory=True)
    assert sweep(root) == 1 and left(root) == [] and left(other) == ["mine"]


def test_sweeping_where_there_was_never_a_visit_is_nothing(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere") == 0 and not (tmp_path / "nowhere").exists()


VISITS = """
import sys
from pathlib import Path
from app.session import Session
from tests.test_session import Keys, live, now
keys = Keys()
while True:
    with Session(Path(sys.argv[1]), now, make_key=keys) as session:
        print(keys.made[-1].hex(), flush=True)
        live(session.store, 15)
"""


def killed(root: Path, moment: float) -> list[bytes]:
    """Visit after visit, killed some time after the first began; the keys they had."""
    command = [sys.executable, "-c", VISITS, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=with_root()) as process:
        assert process.stdout
        said = process.stdout.readline()
        time.sleep(moment)
        process.kill()
        said += process.stdout.read()
    return [bytes.fromhex(line.decode()) for line in said.splitlines(keepends=True) if line.endswith(b"\n")]


def read_with_another_key(folder: Path) -> int:
    """How many documents. One killed before its first page was whole counts as new: then there is nothing in it."""
    try:
        store = open_store(folder, make_key(), now)
    except StoreDamaged:
        return 0
    count = len(store.rows("SELECT 1 FROM docs"))
    store.close()
    return count


@pytest.mark.parametrize("rounds", [2, pytest.param(40, marks=pytest.mark.slow)])
def test_killed_at_any_moment_it_leaves_nothing_to_read_and_the_next_start_sweeps(
    tmp_path: Path, rounds: int
) -> None:
    chance = random.Random(rounds)
    for _ in range(rounds):
        keys = killed(tmp_path, chance.uniform(0, 0.4))
        assert keys and readable(tmp_path, *keys) == []
        folders = [path for path in tmp_path.glob("session-*") if path.is_dir()]
        assert [read_with_another_key(folder) for folder in folders] in ([], [0])
        sweep(tmp_path)
        assert left(tmp_path) == []


# --- what was not sent


def test_it_says_how_much_the_clinic_has_not_taken(tmp_path: Path) -> None:
    with Session(tmp_path, now) as session:
        assert session.unsent() == 0
        live(session.store, 3)
        assert session.unsent() == 3
        sent = session.store.pending(2)
        session.store.leave(sent)
        took, refused = (
            Verdict(mid=sent[0].mid, status="ok", id=sent[0].id, rev="e.1", seq=1),
            Verdict(mid=sent[1].mid, status="rejected", id=sent[1].id, reason="invalid"),
        )
        page = Page(scope=SCOPE, cursor="c")
        session.store.settle(sent, Reply(verdicts=[took, refused], pages=[page]))
        assert session.unsent() == 1


def test_a_new_visit_first_removes_what_killed_ones_left(tmp_path: Path) -> None:
    (tmp_path / "session-of-yesterday").mkdir()
    (tmp_path / "session-of-yesterday" / "evenkeel.db").write_bytes(b"cipher text")
    with Session(tmp_path, now) as one, Session(tmp_path, now) as two:
        assert not (tmp_path / "session-of-yesterday").exists()
        assert one.folder.is_dir() and two.folder.is_dir(), "one that is under way stays"
    assert left(tmp_path) == []
