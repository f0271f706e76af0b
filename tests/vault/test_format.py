"""An independent reader: opens a profile with the layout in app/vault/README.md, `cryptography` and SQLCipher alone."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.main import clock
from app.store import open_store
from app.vault import Vault
from sync.models import MoodEntry

PASSCODE = "correct horse"


def open_wrap(envelope: dict[str, Any], purpose: str, under: bytes) -> bytes:
    wrap = envelope["wraps"][purpose]
    head = {name: wrap[name] for name in ("purpose", "kdf") if name in wrap}
    bound = json.dumps(["evenkeel vault 1", envelope["id"], head], sort_keys=True).encode()
    return AESGCM(under).decrypt(base64.b64decode(wrap["nonce"]), base64.b64decode(wrap["sealed"]), bound)


def stretched(kdf: dict[str, Any]) -> bytes:
    salt = base64.b64decode(kdf["salt"])
    return Argon2id(salt=salt, length=32, iterations=kdf["t"], lanes=kdf["p"], memory_cost=kdf["m"]).derive(
        PASSCODE.encode()
    )


@pytest.mark.parametrize("way", ["passcode", "recovery"])
def test_the_document_is_true(tmp_path: Path, way: str) -> None:
    vault = Vault(tmp_path, fast=True)
    key = vault.create(PASSCODE)
    code = vault.make_recovery(key)
    store = open_store(tmp_path, key, clock)
    store.put(MoodEntry(id="m", felt_at=clock(), score=4))
    store.close()

    envelope = json.loads((tmp_path / "vault.json").read_text())
    secret = code.replace("-", "").encode()
    under = {
        "passcode": lambda: stretched(envelope["wraps"]["passcode"]["kdf"]),
        "recovery": lambda: HKDF(hashes.SHA256(), 32, None, b"recovery").derive(secret),
    }[way]()
    found = open_wrap(envelope, way, under)
    database = sqlcipher3.connect(str(tmp_path / "evenkeel.db"))
    database.execute(f"PRAGMA key = \"x'{found.hex()}'\"")
    assert database.execute("SELECT body ->> 'score' FROM docs").fetchall() == [(4,)]
    database.close()
