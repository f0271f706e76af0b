"""A backup that somebody with the passphrase made wrong is refused as a whole, whatever it says."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import pytest

from app.core.errors import BackupDamaged
from app.store import chunks, open_store
from app.store.backup import TABLES, read_backup
from tests.store.killed import FAST, KEY, PASSPHRASE
from tests.store.old.make import now

NONE = dict.fromkeys(TABLES, 0)
STATE = {"table": "state", "columns": ["key", "value"]}


def crafted(*frames: Any, totals: dict[str, int] | None = None) -> bytes:
    """A genuine backup of these frames: each a list of lines, or bytes."""
    out = io.BytesIO()
    writer = chunks.Writer(out, PASSPHRASE, FAST)
    for frame in ([{"made_at": "", "schema": ["start"], "rows": 1}], *frames):
        writer.frame(frame if isinstance(frame, bytes) else "\n".join(map(json.dumps, frame)).encode())
    writer.end(NONE if totals is None else totals)
    return out.getvalue()


def restore(data: bytes) -> Any:
    store = open_store(None, KEY, now)
    read_backup(io.BytesIO(data), PASSPHRASE, store, FAST)
    return store


def test_a_well_made_one_is_restored() -> None:
    assert restore(crafted([STATE, ["a", "1"]], totals={**NONE, "state": 1})).state("a") == 1


@pytest.mark.parametrize(
    "frame",
    [
        [STATE, ["a", "1"]],
        [{"table": "state", "columns": ["key", "value) SELECT 1, 2 --"]}, ["a", "1"]],
        [{"table": "sqlite_master", "columns": ["sql"]}, ["a"]],
        [STATE, ["a", None]],
        [STATE, ["a", {"b64": 7}]],
        [STATE, 7],
        [7],
        b"\xff",
        b"",
    ],
    ids=str,
)
def test_one_that_is_wrong_inside_is_damaged(frame: Any) -> None:
    with pytest.raises(BackupDamaged):
        restore(crafted(frame))


def test_a_frame_that_would_fill_the_memory_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    data = crafted([STATE, ["a", json.dumps("x" * 20_000)]], totals={**NONE, "state": 1})
    assert restore(data).state("a")
    monkeypatch.setattr(chunks, "MAX_FRAME", 10_000)
    with pytest.raises(BackupDamaged):
        restore(data)


@pytest.mark.parametrize("header", [b"not json", b"7", b"{}", b'{"kdf": 7}', b'{"kdf": {"name": "scrypt"}}'])
def test_a_header_that_says_nonsense_is_damaged(header: bytes) -> None:
    start = chunks.START.pack(chunks.MAGIC, chunks.VERSION, len(header)) + header
    with pytest.raises(BackupDamaged):
        restore(start + hashlib.sha256(start).digest())
