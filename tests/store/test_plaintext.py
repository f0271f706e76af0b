"""Nothing readable rests on the device: every file of a profile, byte by byte, while open and after a crash."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from app.features.mood.commands import log_mood
from app.store.search import catch_up, find
from tests.conftest import Phone

# Five bytes and more: four are met by chance in a few megabytes of cipher text.
PLANTED = (b"Marin", b"Haemoglobin", b"1959-06-17", b"planted", b"patient:rosa", b"4548-4")


def readable(folder: Path) -> list[tuple[str, bytes]]:
    """Which planted words can be read in which files."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [
        (file.name, word) for file in files for word in PLANTED if word.lower() in file.read_bytes().lower()
    ]


def live(phone: Phone) -> None:
    """A session that makes the database use all its files: writes, search, a big sort, a spill."""
    for number in range(60):
        log_mood(phone.app, 1 + number % 5, f"planted sentence {number} " * 40)
    phone.store.attach(b"a planted sentence of a file " * 20_000, "text/plain")
    while catch_up(phone.store.db):
        pass
    assert find(phone.store.db, phone.app.scope, "planted")
    phone.store.rows("SELECT a.body FROM docs a, docs b ORDER BY a.body || b.body DESC LIMIT 5")


async def test_no_file_of_the_profile_can_be_read(
    phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("SQLITE_TMPDIR", str(temporary))
    live(phone)
    assert (phone.folder / "evenkeel.db-wal").stat().st_size > 0, "the write-ahead log is looked at too"
    assert readable(phone.folder) == [] and readable(temporary) == []
    phone.app.lock()
    assert readable(phone.folder) == []


async def test_this_test_can_fail(tmp_path: Path) -> None:
    """Without the key the same words are found: the search above looks at the right bytes."""
    connection = sqlite3.connect(tmp_path / "plain.db")
    connection.execute("CREATE TABLE docs (body TEXT)")
    connection.execute("INSERT INTO docs VALUES ('planted sentence')")
    connection.commit()
    connection.close()
    assert readable(tmp_path) == [("plain.db", b"planted")]


async def test_the_profile_is_for_its_owner_alone(phone: Phone) -> None:
    if os.name == "posix":
        assert phone.folder.stat().st_mode & 0o077 == 0
        assert (phone.folder / "vault.json").stat().st_mode & 0o077 == 0
