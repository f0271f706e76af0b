"""What is killed in the middle: python -m tests.store.killed backup|restore|migrate FOLDER. Quick to start."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from app.store import Store, open_store, schema
from app.store.backup import read_backup, save_backup
from app.vault import keys
from sync.protocol.wire import Page, Reply, Row
from tests.store.old.make import SCOPE, mood, now

KEY, PASSPHRASE = b"k" * 32, "corréct horse"
FILE = "mine.backup"


class Fast:
    """Stretching that costs nothing."""

    def make_kdf(self) -> dict[str, Any]:
        """Cheap parameters."""
        return keys.make_kdf(fast=True)

    def derive_passcode_key(self, passcode: str, kdf: dict[str, Any], /) -> bytes:
        """The real derivation."""
        return keys.derive_passcode_key(passcode, kdf)


FAST = Fast()


def many(store: Store, number: int) -> None:
    """So many rows of the clinic's, two kilobytes each."""
    for start in range(0, number, 1000):
        rows = [
            Row(id=f"r{n}", kind="mood", rev=f"e.{n}", seq=n, body=mood(n, f"note {n} " * 180).body())
            for n in range(start, start + 1000)
        ]
        store.settle([], Reply(pages=[Page(scope=SCOPE, rows=rows, cursor="c", more=True)]))


def killed(rounds: int, what: str, folder: Path) -> Iterator[float]:
    """Run `what` in a process and kill it at some moment after it began; yields the moments."""
    chance = random.Random(rounds)
    for _ in range(rounds):
        kill(what, folder, moment := chance.uniform(0, 0.35))
        yield moment


def kill(what: str, folder: Path, moment: float) -> None:
    """Run `what` and kill it so many seconds after it began."""
    child = [sys.executable, "-m", "tests.store.killed", what, str(folder)]
    with subprocess.Popen(child, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"begun\n"
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)


def have_more(migrations: Migrations) -> Migrations:
    """The app's migrations and two more, which write every row."""
    more = Migrations("store")
    more._migrations = list(migrations._migrations)

    @more(name="colours")
    def colours(db: Database) -> None:
        db.execute("ALTER TABLE docs ADD COLUMN colour TEXT")
        db.execute("UPDATE docs SET colour = id || ' is blue'")

    @more(name="shouts")
    def shouts(db: Database) -> None:
        db.execute("UPDATE docs SET body = replace(body, 'note', 'NOTE')")

    return more


def child(what: str, folder: Path) -> None:
    """Back up over and over, or restore, or open with more migrations."""
    if what == "migrate":
        schema.migrations = have_more(schema.migrations)
        print("begun", flush=True)
        open_store(folder, KEY, now)
        time.sleep(9)
    store, path = open_store(folder, KEY, now), folder / FILE
    if not path.exists():
        save_backup(store, path, PASSPHRASE, FAST)
    print("begun", flush=True)
    while what == "backup":
        save_backup(store, path, PASSPHRASE, FAST)
    with path.open("rb") as file:
        read_backup(file, PASSPHRASE, store, FAST)
    time.sleep(9)


if __name__ == "__main__":
    child(sys.argv[1], Path(sys.argv[2]))
