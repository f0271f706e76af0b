"""Before its tables change, a database is copied; a change that fails leaves it as it was. And the museum opens."""

from __future__ import annotations

import contextlib
import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from app.core.errors import MigrationFailed, NoCipher, StoreDamaged, StoreError
from app.store import Store, open_store, schema
from app.store.backup import read_backup
from app.store.btree import owners
from app.store.engine import engine_name, is_plain
from app.store.raw import PAGE, Pages
from app.store.snapshots import forget_snapshots, snapshots, write
from app.vault import Vault, keys
from sync.models import MoodEntry
from tests.store.old.make import HERE, PASSCODE, PASSPHRASE, SCOPE, fill, now

KEY = b"k" * 32
OLD = sorted(file.stem for file in HERE.glob("*.db"))
Step = Callable[[Database], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Lets the app have more migrations than it has."""
    real = schema.migrations

    def have(**steps: Step) -> None:
        more = Migrations("store")
        more._migrations = list(real._migrations)
        for name, step in steps.items():
            more(name=name)(step)
        monkeypatch.setattr(schema, "migrations", more)

    yield have


def add_column(db: Database) -> None:
    db.execute("ALTER TABLE docs ADD COLUMN colour TEXT")


def breaks(db: Database) -> None:
    db.execute("DROP TABLE outbox")
    raise ValueError("half done")


def prepared(folder: Path) -> bytes:
    """A store with something to lose; its bytes."""
    store = open_store(folder, KEY, now)
    fill(store)
    store.close()
    return (folder / "evenkeel.db").read_bytes()


def names(folder: Path) -> list[str]:
    return [file.name for file in snapshots(folder)]


def has_all(store: Store) -> bool:
    store.scope = SCOPE
    return len(store.find(MoodEntry)) == 25 and len(store.pending(99)) == 21


def test_a_new_store_and_one_that_is_up_to_date_need_no_snapshot(tmp_path: Path) -> None:
    prepared(tmp_path)
    open_store(tmp_path, KEY, now).close()
    assert [file.name for file in tmp_path.iterdir()] == ["evenkeel.db"]


def test_a_snapshot_is_taken_first_encrypted_under_the_same_key(
    tmp_path: Path, later: Callable[..., None]
) -> None:
    prepared(tmp_path)
    later(second=add_column)
    store = open_store(tmp_path, KEY, now)
    assert has_all(store) and store.rows("SELECT colour FROM docs LIMIT 1") == [{"colour": None}]
    store.close()
    assert names(tmp_path) == ["snapshot-0001-before-second.db"]
    kept = snapshots(tmp_path)[0]
    assert not is_plain(kept) and kept.stat().st_mode & 0o077 == 0
    assert not [word for word in (b"waiting 1", b"patient:") if word in kept.read_bytes()]
    (tmp_path / "back").mkdir()
    shutil.copy(kept, tmp_path / "back" / "evenkeel.db")
    later()
    assert has_all(open_store(tmp_path / "back", KEY, now)), "the version before opens it"


def test_a_failed_migration_leaves_the_record_as_it_was_and_names_the_snapshot(
    tmp_path: Path, later: Callable[..., None]
) -> None:
    prepared(tmp_path)
    later(second=add_column, third=breaks)
    for _ in range(3):
        with pytest.raises(MigrationFailed, match=r"snapshot-0001-before-second\.db"):
            open_store(tmp_path, KEY, now)
    assert names(tmp_path) == ["snapshot-0001-before-second.db"], "trying again pushes nothing out"
    later()
    store = open_store(tmp_path, KEY, now)
    assert has_all(store)
    assert "colour" not in {column.name for column in store.db["docs"].columns}, "not the first half either"


def test_the_last_two_are_kept_until_they_are_forgotten(tmp_path: Path, later: Callable[..., None]) -> None:
    prepared(tmp_path)
    steps: dict[str, Step] = {}
    for name in ("b", "c", "d"):
        steps[name] = lambda db, name=name: db.execute(f"CREATE TABLE {name} (n)")  # type: ignore[misc]
        later(**steps)
        open_store(tmp_path, KEY, now).close()
    assert names(tmp_path) == ["snapshot-0002-before-c.db", "snapshot-0003-before-d.db"]
    forget_snapshots(tmp_path)
    assert names(tmp_path) == []


def test_without_room_for_the_snapshot_nothing_is_migrated(
    tmp_path: Path, later: Callable[..., None]
) -> None:
    before = prepared(tmp_path)
    later(second=add_column)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(StoreError):
            open_store(tmp_path, KEY, now)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(tmp_path) == [] and (tmp_path / "evenkeel.db").read_bytes() == before
    assert not list(tmp_path.glob("*.new"))
    assert has_all(open_store(tmp_path, KEY, now))


def test_a_damaged_database_is_not_migrated(tmp_path: Path, later: Callable[..., None]) -> None:
    whole = prepared(tmp_path)
    with Pages(tmp_path / "evenkeel.db", KEY) as pages:
        at = next(n for n, name in owners(pages).items() if name == "docs") * PAGE - 2000
    broken = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    (tmp_path / "evenkeel.db").write_bytes(broken)
    later(second=add_column)
    with pytest.raises(StoreDamaged):
        open_store(tmp_path, KEY, now)
    assert (tmp_path / "evenkeel.db").read_bytes() == broken and names(tmp_path) == []


def test_a_copy_that_could_be_read_is_not_kept(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as plain, pytest.raises(NoCipher):
        plain.execute("CREATE TABLE docs (n)")
        write(Database(plain, execute_plugins=False), tmp_path / "snapshot-0001-before-second.db")
    assert not list(tmp_path.iterdir())


def test_a_new_record_that_cannot_be_made_says_why(tmp_path: Path, later: Callable[..., None]) -> None:
    later(second=breaks)
    with pytest.raises(ValueError, match="half done"):
        open_store(tmp_path, KEY, now)
    assert names(tmp_path) == []


# --- the museum: what each version wrote, still opens


@pytest.mark.skipif(engine_name() == "pages", reason="the museum's records have SQLCipher's format")
@pytest.mark.parametrize("version", OLD)
def test_a_record_of_an_older_version_opens_with_its_passcode(tmp_path: Path, version: str) -> None:
    shutil.copy(HERE / f"{version}.db", tmp_path / "evenkeel.db")
    shutil.copy(HERE / f"{version}.json", tmp_path / "vault.json")
    key, *_ = Vault(tmp_path).unlock(PASSCODE)
    assert has_all(open_store(tmp_path, key, now))


@pytest.mark.parametrize("version", OLD)
def test_a_backup_of_an_older_version_is_restored(version: str) -> None:
    store = open_store(None, KEY, now)
    with (HERE / f"{version}.backup").open("rb") as file:
        read_backup(file, PASSPHRASE, store, keys)
    assert has_all(store)


def test_the_museum_has_something_to_show() -> None:
    assert "0.1.0" in OLD
