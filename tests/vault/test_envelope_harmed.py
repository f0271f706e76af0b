"""Whatever happens to the bytes of vault.json, it opens with the right key or says what is wrong, and stays there."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import VaultError
from app.vault import Vault
from app.vault.envelope import FILE
from tests.vault.drawer import Drawer

PASSCODE, ROUNDS = "correct horse", 1000


def harmed(data: bytes, chance: random.Random) -> bytes:
    """Cut off, or changed in a bit, a digit, or a piece; often near its end, where no checksum guards the tries."""
    at = chance.choice([chance.randrange(len(data)), len(data) - 1 - chance.randrange(150)])
    length = chance.randrange(1, 64)
    bit = bytes([data[at] ^ 1 << chance.randrange(8)])
    digit = str(chance.randrange(10)).encode()
    pieces = (bit, bit, digit, chance.randbytes(length), bytes(length), data[:at][-length:])
    return (
        data[:at]
        if chance.random() < 0.2
        else data[:at] + (new := chance.choice(pieces)) + data[at + len(new) :]
    )


@pytest.mark.parametrize("rotating", [False, True])
def test_a_harmed_envelope_opens_rightly_or_says_so(tmp_path: Path, rotating: bool) -> None:
    vault = Vault(tmp_path, drawer := Drawer(), up=lambda: 1000.0, fast=True)
    key = vault.create(PASSCODE)
    code, right = vault.make_recovery(key), {key}
    vault.trust_device(key)
    if rotating:
        following, code = vault.begin_rotation(PASSCODE)
        right.add(following)
    ways: list[Callable[[], tuple[bytes, ...]]] = [
        lambda: vault.unlock(PASSCODE),
        lambda: vault.unlock_with_recovery(code),
        vault.unlock_with_keystore,
    ]
    whole, chance, opened = (tmp_path / FILE).read_bytes(), random.Random(1), 0
    for _ in range(ROUNDS):
        for way in ways:
            (tmp_path / FILE).write_bytes(broken := harmed(whole, chance))
            try:
                keys = set(way())
            except VaultError:
                keys = set()
            assert keys <= right, "never another key"
            assert (tmp_path / FILE).stat().st_size >= len(broken) // 2, "never deleted"
            opened += bool(keys)
    assert 0 < opened < ROUNDS * len(ways) and len(drawer.held) == 1
    (tmp_path / FILE).write_bytes(whole)
    assert set(vault.unlock(PASSCODE)) == right
