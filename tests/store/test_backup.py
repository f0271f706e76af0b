"""A backup holds everything but what is this device's own, opens anywhere, and never half."""

from __future__ import annotations

import io
import json
import random
import resource
import struct
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import (
    BackupDamaged,
    BackupError,
    BackupNewer,
    BackupStopped,
    BackupWrongPassphrase,
    NotEmpty,
    StoreFull,
)
from app.features.mood.commands import log_mood
from app.store import Store, chunks, open_store
from app.store.backup import TABLES, check_backup, read_backup, save_backup, write_backup
from sync.models import MoodEntry
from sync.protocol.wire import Page, Reply, Row
from tests.conftest import PASSCODE, Phone
from tests.store.killed import FAST, many
from tests.store.old.make import SCOPE, fill, mood, now

KEY, PASSPHRASE = b"k" * 32, "corréct horse"


@pytest.fixture
def store() -> Store:
    store = open_store(None, KEY, now)
    fill(store)
    store.attach(bytes(range(256)) * 9000, "image/png")
    return store


def empty(folder: Path | None = None) -> Store:
    return open_store(folder, b"n" * 32, now)


def backup(store: Store) -> bytes:
    out = io.BytesIO()
    write_backup(store, out, PASSPHRASE, FAST)
    return out.getvalue()


def restored(data: bytes, store: Store | None = None) -> Store:
    store = store or empty()
    read_backup(io.BytesIO(data), PASSPHRASE, store, FAST)
    return store


def content(store: Store) -> dict[str, list[dict[str, Any]]]:
    found = {table: store.rows(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}
    for row in found["docs"]:
        row.pop("generation")
    for row in found["base"]:
        row.pop("seq")
    found["state"] = [row for row in found["state"] if row["key"] != "credentials"]
    return found


def is_empty(store: Store) -> bool:
    return not any(content(store).values())


def frames(data: bytes) -> tuple[bytes, list[bytes]]:
    """The header, and each frame with its head."""
    length = chunks.START.unpack(data[: chunks.START.size])[2]
    at = chunks.START.size + length + 32
    header, found = data[:at], []
    while at < len(data):
        size = chunks.FRAME.size + chunks.FRAME.unpack(data[at : at + chunks.FRAME.size])[0]
        found.append(data[at : at + size])
        at += size
    return header, found


def test_everything_comes_back_but_what_is_this_devices_own(store: Store) -> None:
    copy = restored(backup(store))
    assert content(copy) == content(store)
    assert copy.state("credentials") is None and copy.state("weight_unit") == "kg"
    assert copy.cursors() == {} and copy.scope == SCOPE
    assert [m.mid for m in copy.pending(99)] == [m.mid for m in store.pending(99)]
    assert (
        len(copy.pending(99)) == 21 and len(copy.rows("SELECT 1 FROM outbox WHERE reason = 'invalid'")) == 1
    )


def test_what_the_clinic_confirms_stays_and_what_it_does_not_say_again_goes(store: Store) -> None:
    copy = restored(backup(store))
    rows = [Row(id=f"r{n}", kind="mood", rev=f"e.{n}", seq=n, body=mood(n).body()) for n in (1, 2, 3)]
    copy.settle([], Reply(pages=[Page(scope=SCOPE, rows=rows[:2], cursor="1", more=True)]))
    assert copy.get(MoodEntry, "r5"), "until the scope is caught up everything stays readable"
    copy.settle([], Reply(pages=[Page(scope=SCOPE, rows=rows[2:], cursor="2")]))
    ids = {entry.id for entry in copy.find(MoodEntry)}
    assert ids == {"r1", "r2", "r3"} | {f"mood-{n}" for n in range(10, 30)}
    mine = copy.get(MoodEntry, "r1")
    assert mine and mine.note == "mine", "an unsent edit still lies over the clinic's row"


async def test_a_restored_phone_sends_what_was_never_sent_and_it_happens_once(
    phone: Phone, tablet: Phone, new_phone: Callable[[str], Phone], tmp_path: Path
) -> None:
    phone.wire.up = False
    log_mood(phone.app, 4, "written without a signal")
    save_backup(phone.store, tmp_path / "mine.backup", PASSPHRASE, FAST)
    phone.wire.up = True
    await phone.sync()
    fresh = new_phone("fresh")
    with (tmp_path / "mine.backup").open("rb") as file:
        copy = open_store(fresh.folder, fresh.app.vault.create(PASSCODE), now)
        read_backup(file, PASSPHRASE, copy, FAST)
        copy.close()
    await fresh.enrol()
    assert len(fresh.store.pending(9)) == 1
    await fresh.sync()
    await tablet.sync()
    assert [entry.note for entry in tablet.store.find(MoodEntry)] == ["written without a signal"]
    assert [e.id for e in fresh.store.find(MoodEntry)] == [e.id for e in phone.store.find(MoodEntry)]


def test_nothing_can_be_read_in_a_backup(store: Store) -> None:
    data = backup(store)
    assert not [word for word in (b"waiting", b"patient", b"mood-") if word in data]


def test_the_same_words_open_it_from_another_keyboard(store: Store) -> None:
    other = unicodedata.normalize("NFD", PASSPHRASE)
    assert other != PASSPHRASE
    assert check_backup(io.BytesIO(backup(store)), other, FAST)["docs"] == 25


# --- what is wrong says so


def refuses(data: bytes, error: type[BackupError], passphrase: str = PASSPHRASE) -> None:
    copy = empty()
    with pytest.raises(error):
        read_backup(io.BytesIO(data), passphrase, copy, FAST)
    assert is_empty(copy), "nothing was restored"


def test_a_wrong_passphrase_a_newer_version_and_no_backup_each_say_so(store: Store) -> None:
    data = backup(store)
    refuses(data, BackupWrongPassphrase, "incorrect horse")
    refuses(b"", BackupDamaged)
    refuses(b"PK\3\4" + data, BackupDamaged)
    refuses(again(data, version=2), BackupNewer)


def again(data: bytes, version: int = 1, **changes: Any) -> bytes:
    """The same backup with another header, and the header's checksum right."""
    header, rest = frames(data)
    said = json.loads(header[chunks.START.size : -32])
    said["kdf"] |= changes
    text = json.dumps(said).encode()
    start = chunks.START.pack(chunks.MAGIC, version, len(text)) + text
    return start + chunks.hashlib.sha256(start).digest() + b"".join(rest)


@pytest.mark.parametrize("change", [{"m": 1 << 40}, {"t": 10**9}, {"p": 0}, {"name": "rot13"}, {"salt": 7}])
def test_stretching_that_would_stop_the_device_is_not_tried(store: Store, change: dict[str, Any]) -> None:
    refuses(again(backup(store), **change), BackupDamaged)


def test_a_backup_from_tables_that_this_app_does_not_know_is_newer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.db.atomic():
        store.db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('store', 'later', '')"
        )
    refuses(backup(store), BackupNewer)


def test_frames_cannot_be_dropped_swapped_repeated_spliced_cut_or_followed(store: Store) -> None:
    header, own = frames(backup(store))
    other_header, other = frames(backup(store))
    assert len(own) >= 5
    for wrong in (
        own[:2] + own[3:],
        [own[0], own[2], own[1], *own[3:]],
        [*own[:2], own[1], *own[2:]],
        [own[0], other[1], *own[2:]],
        own[:-1],
        [*own[:1], own[-1]],
        [*own, b"\0"],
        [*own, own[-1]],
        [*own[:-1], struct.pack(">IB", len(own[-1]) - 5, 0) + own[-1][5:]],
        [*own[:-1], struct.pack(">IB", 0xFFFFFFFF, 1) + own[-1][5:]],
    ):
        refuses(header + b"".join(wrong), BackupDamaged)
    refuses(other_header + b"".join(own), BackupDamaged)


@pytest.mark.parametrize("rounds", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_whatever_byte_is_flipped_or_cut_off_it_is_named_and_nothing_is_restored(
    store: Store, rounds: int
) -> None:
    data, chance, copy = backup(store), random.Random(rounds), empty()
    for _ in range(rounds):
        at = chance.choice([chance.randrange(len(data)), chance.randrange(400)])
        flipped = data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
        broken = data[:at] if chance.random() < 0.3 else flipped
        with pytest.raises((BackupDamaged, BackupNewer, BackupWrongPassphrase)):
            read_backup(io.BytesIO(broken), PASSPHRASE, copy, FAST)
        assert (
            copy.rows("SELECT (SELECT count(*) FROM docs) + (SELECT count(*) FROM outbox) AS n")[0]["n"] == 0
        )
    assert content(restored(data, copy)) == content(store)


def test_only_an_empty_record_is_filled(store: Store) -> None:
    data, before = backup(store), content(store)
    with pytest.raises(NotEmpty):
        restored(data, store)
    assert content(store) == before


# --- while it is made


def test_a_backup_that_fails_or_is_stopped_leaves_the_older_one(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "mine.backup"
    seen: list[tuple[int, int]] = []
    counts = save_backup(store, path, PASSPHRASE, FAST, progress=lambda *pair: seen.append(pair))
    assert seen[-1] == (sum(counts.values()),) * 2 and len(seen) >= 4
    before = path.read_bytes()
    with pytest.raises(BackupStopped):
        save_backup(store, path, PASSPHRASE, FAST, stop=lambda: True)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, hard))
    try:
        with pytest.raises(StoreFull):
            save_backup(store, path, PASSPHRASE, FAST)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with pytest.raises(BackupError):
        save_backup(store, tmp_path / "nowhere" / "mine.backup", PASSPHRASE, FAST)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.backup"] and path.read_bytes() == before
    assert path.stat().st_mode & 0o077 == 0
    assert check_backup(io.BytesIO(before), PASSPHRASE, FAST) == counts


def test_a_restore_that_is_stopped_or_has_no_room_leaves_nothing(store: Store) -> None:
    data, copy = backup(store), empty()
    with pytest.raises(BackupStopped):
        read_backup(io.BytesIO(data), PASSPHRASE, copy, FAST, stop=lambda: True)
    assert is_empty(copy)
    pages = copy.db.execute("PRAGMA page_count").fetchone()[0]
    copy.db.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StoreFull):
        restored(data, copy)
    assert is_empty(copy)
    copy.db.execute("PRAGMA max_page_count = 100000")
    assert content(restored(data, copy)) == content(store)


@pytest.mark.parametrize("number", [4000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_memory_stays_flat_however_much_there_is(tmp_path: Path, number: int) -> None:
    store, copy, path = open_store(tmp_path, KEY, now), empty(), tmp_path / "mine.backup"
    many(store, number)
    tracemalloc.start()
    try:
        save_backup(store, path, PASSPHRASE, FAST)
        with path.open("rb") as file:
            assert read_backup(file, PASSPHRASE, copy, FAST)["docs"] == number
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
    assert path.stat().st_size < (tmp_path / "evenkeel.db").stat().st_size / 2
