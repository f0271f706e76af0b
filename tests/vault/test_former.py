"""A vault remembers earlier data keys under the present one, and gives them to nobody else."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.errors import VaultDamaged
from app.vault import Vault
from app.vault.envelope import FILE

PASSCODE = "correct horse"


def renewed(folder: Path) -> tuple[Vault, bytes, bytes]:
    """A vault whose key was changed, and which remembers the one before; both keys."""
    vault = Vault(folder, fast=True)
    old = vault.create(PASSCODE)
    new, _code = vault.begin_rotation(PASSCODE)
    vault.end_rotation(True, new, (old,))
    return vault, old, new


def test_only_the_present_key_opens_the_former_one(tmp_path: Path) -> None:
    vault, old, new = renewed(tmp_path)
    assert vault.former(new) == (old,) and vault.former(old) == ()
    assert vault.unlock(PASSCODE) == (new,), "the passcode does not open the former key by itself"
    assert vault.with_former((new,)) == (old, new)
    text = (tmp_path / FILE).read_text()
    assert old.hex() not in text and base64.b64encode(old).decode() not in text


def test_what_changes_the_ways_in_keeps_the_former_key(tmp_path: Path) -> None:
    vault, old, new = renewed(tmp_path)
    vault.change_passcode(new, "another one")
    vault.make_recovery(new)
    vault.unlock("another one")
    assert vault.former(new) == (old,)


def test_a_former_key_is_sealed_as_the_document_says(tmp_path: Path) -> None:
    _vault, old, new = renewed(tmp_path)
    held = json.loads((tmp_path / FILE).read_text())
    (wrap,) = held["former"]
    under = HKDF(hashes.SHA256(), 32, None, b"former").derive(new)
    bound = json.dumps(["evenkeel vault 1", held["id"], {"purpose": "former"}], sort_keys=True).encode()
    nonce, sealed = base64.b64decode(wrap["nonce"]), base64.b64decode(wrap["sealed"])
    assert AESGCM(under).decrypt(nonce, sealed, bound) == old


@pytest.mark.parametrize("harm", ["gone", "changed", "no list"])
def test_a_harmed_former_key_is_damage(tmp_path: Path, harm: str) -> None:
    vault, _old, _new = renewed(tmp_path)
    held = json.loads((tmp_path / FILE).read_text())
    if harm == "gone":
        del held["former"]
    elif harm == "changed":
        held["former"][0]["nonce"] = base64.b64encode(bytes(12)).decode()
    else:
        held["former"] = 5
    (tmp_path / FILE).write_text(json.dumps(held))
    with pytest.raises(VaultDamaged):
        vault.unlock(PASSCODE)


def test_a_vault_from_before_there_were_former_keys_opens(tmp_path: Path) -> None:
    vault = Vault(tmp_path, fast=True)
    key = vault.create(PASSCODE)
    assert "former" not in json.loads((tmp_path / FILE).read_text())
    assert vault.with_former(vault.unlock(PASSCODE)) == (key,)


def test_a_forgotten_former_key_is_gone(tmp_path: Path) -> None:
    vault, _old, new = renewed(tmp_path)
    vault.forget_former()
    assert vault.former(new) == () and "former" not in (tmp_path / FILE).read_text()
    assert vault.unlock(PASSCODE) == (new,)
