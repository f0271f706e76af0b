"""kill -9 at any moment: every acknowledged transaction is there and whole, and nothing else is."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlite_utils import Database

from app.store.engine import engine_name
from tests.store.engines import writer


def killed(file: Path, after: float) -> list[int]:
    """Start a writer, kill it some time after its first transaction; what it acknowledged."""
    command = [sys.executable, "-m", writer.__name__, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        said = process.stdout.readline()
        time.sleep(after)
        process.kill()
        said += process.stdout.read()
    return [int(line) for line in said.splitlines(keepends=True) if line.endswith(b"\n")]


def check_whole(db: Database) -> None:
    """Every page, every index, the search index, every row's bytes and the rows of every transaction."""
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    if engine_name() == "sqlcipher":
        assert db.execute("PRAGMA cipher_integrity_check").fetchall() == []
    db.execute("INSERT INTO parts_fts (parts_fts) VALUES ('integrity-check')")
    for body, digest in db.execute("SELECT body, digest FROM parts"):
        assert hashlib.sha256(body.encode()).hexdigest() == digest
    counts = dict(db.execute("SELECT n, count(*) FROM parts GROUP BY n").fetchall())
    assert set(counts.values()) <= {writer.PARTS}
    assert counts.keys() == writer.kept(writer.last(db))


@pytest.mark.parametrize("rounds", [3, pytest.param(70, marks=pytest.mark.slow)])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, rounds: int) -> None:
    chance, file, acknowledged = random.Random(rounds), tmp_path / "crash.db", 0
    for _ in range(rounds):
        said = killed(file, chance.uniform(0.01, 0.4))
        acknowledged += len(said)
        db = writer.opened(file)
        assert writer.last(db) - said[-1] in (0, 1), "at most the one on its way was kept without a word"
        check_whole(db)
        db.close()
    print(f"{engine_name()}: {rounds} kills, {acknowledged} acknowledged, none lost")
    assert acknowledged > rounds
