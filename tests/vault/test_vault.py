"""The vault: any right secret opens it, no wrong one does, waiting survives everything, nothing is deleted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.errors import (
    KeyringMissing,
    NoVault,
    TooManyTries,
    VaultDamaged,
    WeakPasscode,
    WrongPasscode,
)
from app.vault import Vault
from app.vault import keyring as keystores

PASSCODE = "correct horse"
START = datetime(2026, 6, 2, tzinfo=UTC)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


class Drawer:
    """A keystore in memory."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.held.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.held[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.held[service, name]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def vault(folder: Path, clock: Clock, keystore: Drawer | None = None) -> Vault:
    return Vault(folder, clock, keystore, fast=True)


def test_the_right_passcode_gives_the_same_key(tmp_path: Path, clock: Clock) -> None:
    key = vault(tmp_path, clock).create(PASSCODE)
    assert vault(tmp_path, clock).unlock(PASSCODE) == key
    assert vault(tmp_path, clock).unlock(f" {PASSCODE} ") == key, "pasted with spaces around it"


def test_a_wrong_passcode_opens_nothing_and_deletes_nothing(tmp_path: Path, clock: Clock) -> None:
    made = vault(tmp_path, clock)
    key = made.create(PASSCODE)
    for _ in range(2):
        with pytest.raises(WrongPasscode):
            made.unlock("wrong one")
    assert made.unlock(PASSCODE) == key


def test_delays_grow_and_a_restart_does_not_end_them(tmp_path: Path, clock: Clock) -> None:
    vault(tmp_path, clock).create(PASSCODE)
    for _ in range(3):
        with pytest.raises(WrongPasscode):
            vault(tmp_path, clock).unlock("wrong one")
    with pytest.raises(TooManyTries, match="5 seconds"):
        vault(tmp_path, clock).unlock(PASSCODE)
    clock.now += timedelta(seconds=6)
    assert vault(tmp_path, clock).unlock(PASSCODE)


def test_a_try_is_counted_before_it_is_made(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = vault(tmp_path, clock)
    made.create(PASSCODE)
    monkeypatch.setattr("app.vault.keys.derive_passcode_key", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        made.unlock("killed while it thinks")
    assert json.loads((tmp_path / "vault.json").read_text())["tries"] == 1


def test_the_keystore_opens_it_too_and_losing_it_is_not_losing_the_record(
    tmp_path: Path, clock: Clock
) -> None:
    drawer = Drawer()
    key = vault(tmp_path, clock, drawer).create(PASSCODE)
    assert vault(tmp_path, clock, drawer).unlock_with_keystore() == key
    drawer.held.clear()
    assert vault(tmp_path, clock, drawer).unlock_with_keystore() is None
    assert vault(tmp_path, clock).unlock(PASSCODE) == key


def test_a_new_passcode_keeps_the_key_and_ends_the_old_one(tmp_path: Path, clock: Clock) -> None:
    made = vault(tmp_path, clock)
    key = made.create(PASSCODE)
    made.change_passcode(key, "another one")
    with pytest.raises(WrongPasscode):
        made.unlock(PASSCODE)
    assert made.unlock("another one") == key


@pytest.mark.parametrize("weak", ["", "12345", "111111", "     1"])
def test_a_weak_passcode_is_refused(tmp_path: Path, clock: Clock, weak: str) -> None:
    with pytest.raises(WeakPasscode):
        vault(tmp_path, clock).create(weak)
    assert not vault(tmp_path, clock).exists


def test_weaker_parameters_written_into_the_envelope_open_nothing(tmp_path: Path, clock: Clock) -> None:
    vault(tmp_path, clock).create(PASSCODE)
    file = tmp_path / "vault.json"
    envelope = json.loads(file.read_text())
    envelope["wraps"]["passcode"]["purpose"] = "device"
    file.write_text(json.dumps(envelope))
    with pytest.raises(WrongPasscode):
        vault(tmp_path, clock).unlock(PASSCODE)


def test_the_envelope_holds_no_key(tmp_path: Path, clock: Clock) -> None:
    key = vault(tmp_path, clock, Drawer()).create(PASSCODE)
    text = (tmp_path / "vault.json").read_text()
    assert PASSCODE not in text and key.hex() not in text


def test_a_missing_vault_and_a_damaged_one_are_told_apart(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(NoVault):
        vault(tmp_path, clock).unlock(PASSCODE)
    (tmp_path / "vault.json").write_text("{")
    with pytest.raises(VaultDamaged):
        vault(tmp_path, clock).unlock(PASSCODE)
    assert (tmp_path / "vault.json").read_text() == "{"


def test_a_keyring_that_cannot_be_relied_on_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends import fail, null

    for back_end in (fail.Keyring(), null.Keyring()):
        monkeypatch.setattr(keyring, "get_keyring", lambda back_end=back_end: back_end)
        with pytest.raises(KeyringMissing):
            keystores.open_keystore()


def test_a_keystore_that_keeps_nothing_is_found_out() -> None:
    class Forgetful(Drawer):
        def set_password(self, service: str, name: str, value: str) -> None:
            """Says yes and keeps nothing."""

        def delete_password(self, service: str, name: str) -> None:
            """Nothing to delete."""

    assert keystores.keeps(Drawer()) and not keystores.keeps(Forgetful())
