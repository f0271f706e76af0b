"""Makes the museum's pieces of today's version: python -m tests.store.old.make 0.1.0

A released version's pieces are never made again: they show what that version really wrote.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.store import Store, open_store
from app.store.backup import save_backup
from app.vault import Vault, keys
from sync.models import MoodEntry
from sync.protocol.wire import Page, Reply, Row, Verdict

HERE = Path(__file__).parent
NOW = datetime(2026, 6, 2, 15, tzinfo=UTC)
PASSCODE, PASSPHRASE = "135790", "a museum needs a key"
SCOPE = "patient:rosa"


def now() -> datetime:
    """A fixed time."""
    return NOW


def mood(number: int, note: str = "") -> MoodEntry:
    """A mood with a fixed id."""
    felt = NOW + timedelta(minutes=number)
    return MoodEntry(id=f"mood-{number}", felt_at=felt, score=1 + number % 5, note=note)


def fill(store: Store) -> None:
    """The clinic's rows, an edit over one of them, a refused change, and a full outbox."""
    store.scope = SCOPE
    rows = [Row(id=f"r{n}", kind="mood", rev=f"e.{n}", seq=n, body=mood(n).body()) for n in range(1, 6)]
    store.settle([], Reply(pages=[Page(scope=SCOPE, rows=rows, cursor="c")]))
    store.keep(scope=SCOPE, weight_unit="kg", credentials={"server": "https://old", "jwk": {}})
    store.put(mood(90, "no"))
    sent = store.pending(1)
    refused = Verdict(mid=sent[0].mid, status="rejected", id=sent[0].id, reason="invalid")
    store.settle(sent, Reply(verdicts=[refused]))
    store.put(store.find(MoodEntry, "id = 'r1'")[0].model_copy(update={"score": 5, "note": "mine"}))
    for number in range(10, 30):
        store.put(mood(number, f"waiting {number}"))


def main(version: str) -> None:
    """Write `version`.db, its envelope and a backup beside this script."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = open_store(folder, Vault(folder).create(PASSCODE), now)
        fill(store)
        save_backup(store, HERE / f"{version}.backup", PASSPHRASE, keys)
        store.close()
        (HERE / f"{version}.db").write_bytes((folder / "evenkeel.db").read_bytes())
        (HERE / f"{version}.json").write_bytes((folder / "vault.json").read_bytes())


if __name__ == "__main__":
    main(sys.argv[1])
