"""A record whose passcode was stretched with Argon2id, on a platform that has none: the recovery code opens it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from app.core.errors import NoArgon2, WrongPasscode
from app.main import make_app
from app.store import open_store
from app.vault import Vault, envelope, keys

PASSCODE, NEW = "correct horse", "battery staple"
DESKTOP = {"name": "argon2id", "m": 64, "t": 1, "p": 1, "salt": "AAECAwQFBgcICQoLDA0ODw=="}


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A profile from a desktop, brought to a platform without Argon2id; its recovery code."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.kdf.argon2", None)
    vault = Vault(tmp_path, fast=True)
    key = vault.create(PASSCODE)
    held = envelope.load(tmp_path)
    sealed = keys.wrap(key, keys.make_key(), held["id"], {"purpose": "passcode", "kdf": DESKTOP})
    envelope.save(tmp_path, {**held, "wraps": {"passcode": sealed}})
    open_store(tmp_path, key, lambda: pytest.fail("no clock")).close()
    return vault.make_recovery(key)


def test_the_passcode_is_not_tried_and_not_counted(tmp_path: Path, code: str) -> None:
    vault, before = Vault(tmp_path, fast=True, up=lambda: 100.0), envelope.load(tmp_path)
    for _ in range(9):
        with pytest.raises(NoArgon2, match="recovery code"):
            vault.unlock(PASSCODE)
    assert envelope.load(tmp_path) == before


def test_the_recovery_code_opens_it_and_the_new_passcode_works_here(tmp_path: Path, code: str) -> None:
    app = make_app(tmp_path, vault=Vault(tmp_path, fast=True), drawn=False)
    asyncio.run(app.unlock_with_recovery(code, NEW))
    app.lock()
    wrap = json.loads((tmp_path / envelope.FILE).read_text())["wraps"]["passcode"]
    assert wrap["kdf"]["name"] == "scrypt" and not keys.is_weaker(wrap["kdf"])
    with pytest.raises(WrongPasscode):
        asyncio.run(app.unlock(PASSCODE))
    asyncio.run(app.unlock(NEW))
    assert app.is_open
    app.lock()
