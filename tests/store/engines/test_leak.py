"""A canary in every row, and every file read byte by byte while SQLite works hard: nothing can be read anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.store.engine import engine_name
from tests.store.engines import work

PLACES = (".db", ".db-wal", ".db-shm", ".db-journal", "temporary")


def worked(folder: Path, how: str) -> dict[str, int]:
    """The counts of one session, and of what it left behind."""
    temporary = folder / "temporary"
    temporary.mkdir()
    places = {"SQLITE_TMPDIR": str(temporary), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", work.__name__, str(folder), how]
    done = subprocess.run(command, env=os.environ | places, capture_output=True, check=True)
    found: dict[str, int] = json.loads(done.stdout)
    for file in (file for file in folder.rglob("*") if file.is_file()):
        found[file.suffix] = found.get(file.suffix, 0) + file.read_bytes().count(work.CANARY)
    print(engine_name(), how, found)
    return found


def readable(found: dict[str, int]) -> dict[str, int]:
    """The places where the canary was read."""
    return {place: found[place] for place in PLACES if found.get(place)}


def test_nothing_can_be_read(tmp_path: Path) -> None:
    found = worked(tmp_path, "sealed")
    assert readable(found) == {} and found["bytes"] > work.ROWS * 2000
    assert (tmp_path / "work.db-wal").stat().st_size, "the log that a crash leaves was read too"


def test_without_encryption_it_is_found(tmp_path: Path) -> None:
    assert set(readable(worked(tmp_path, "plain"))) >= {".db", ".db-wal"}


@pytest.mark.skipif(not work.OPEN.exists(), reason="files without a name are only seen on Linux")
def test_with_temporary_files_sqlcipher_leaks_and_the_others_do_not(tmp_path: Path) -> None:
    """Why `temp_store = MEMORY` is asked for and read back: SQLCipher's sorter writes plain text to files."""
    found = worked(tmp_path, "file")
    assert set(readable(found)) == ({"temporary"} if engine_name() == "sqlcipher" else set())
    assert found.get("nameless") or engine_name() == "pages"
