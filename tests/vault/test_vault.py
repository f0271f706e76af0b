"""The vault: any right secret opens it, no wrong one does, nothing is deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import (
    KeyringMissing,
    NoVault,
    VaultDamaged,
    VaultExists,
    WeakPasscode,
    WrongCode,
    WrongPasscode,
)
from app.vault import Vault, keys
from app.vault import keyring as keystores
from app.vault.envelope import sum_of
from app.vault.recovery import make_code, tidy
from tests.vault.drawer import Drawer

PASSCODE = "correct horse"


def vault(folder: Path, keystore: Drawer | None = None) -> Vault:
    return Vault(folder, keystore, fast=True)


def change_file(folder: Path, change: Any) -> None:
    file = folder / "vault.json"
    envelope = json.loads(file.read_text())
    change(envelope)
    file.write_text(json.dumps({**envelope, "sum": sum_of(envelope)}))


def test_the_right_passcode_gives_the_same_key(tmp_path: Path) -> None:
    key = vault(tmp_path).create(PASSCODE)
    assert vault(tmp_path).unlock(PASSCODE) == (key,)
    assert vault(tmp_path).unlock(f" {PASSCODE} ") == (key,), "pasted with spaces around it"


def test_a_wrong_passcode_opens_nothing_and_deletes_nothing(tmp_path: Path) -> None:
    key = vault(tmp_path).create(PASSCODE)
    for _ in range(2):
        with pytest.raises(WrongPasscode):
            vault(tmp_path).unlock("wrong one")
    assert vault(tmp_path).unlock(PASSCODE) == (key,)


def test_the_keystore_opens_it_too_and_losing_it_is_not_losing_the_record(tmp_path: Path) -> None:
    drawer = Drawer()
    made = vault(tmp_path, drawer)
    key = made.create(PASSCODE)
    assert made.unlock_with_keystore() == ()
    assert made.trust_device(key) and made.unlock_with_keystore() == (key,)
    drawer.held.clear()
    assert made.unlock_with_keystore() == () and made.unlock(PASSCODE) == (key,)


@pytest.mark.parametrize("harm", ["gone", "changed", "broken"])
def test_a_keystore_that_fails_is_no_reason_to_stop(tmp_path: Path, harm: str) -> None:
    drawer = Drawer()
    made = vault(tmp_path, drawer)
    key = made.create(PASSCODE)
    made.trust_device(key)
    drawer.broken = harm == "broken"
    if harm == "changed":
        drawer.held = {name: "not base64!" for name in drawer.held}
    if harm == "gone":
        drawer.held.clear()
    assert made.unlock_with_keystore() == () and made.unlock(PASSCODE) == (key,)


def test_a_device_no_longer_trusted_asks_for_the_passcode(tmp_path: Path) -> None:
    drawer = Drawer()
    made = vault(tmp_path, drawer)
    made.trust_device(made.create(PASSCODE))
    made.distrust_device()
    assert made.unlock_with_keystore() == () and not drawer.held and made.ways == {"passcode"}


@pytest.mark.parametrize("harm", ["refuses", "forgets"])
def test_a_keystore_that_does_not_give_back_what_it_took_is_not_trusted(tmp_path: Path, harm: str) -> None:
    class Poor(Drawer):
        def set_password(self, service: str, name: str, value: str) -> None:
            """Says no, or says yes and keeps nothing."""
            if harm == "refuses":
                raise RuntimeError("no room")

    made = vault(tmp_path, Poor())
    assert made.trust_device(made.create(PASSCODE)) is False and made.ways == {"passcode"}


def test_a_damaged_vault_can_still_be_erased(tmp_path: Path) -> None:
    made = vault(tmp_path, Drawer())
    made.create(PASSCODE)
    (tmp_path / "vault.json").write_text("{")
    made.erase()
    assert list(tmp_path.iterdir()) == []


def test_without_a_keystore_nothing_is_trusted(tmp_path: Path) -> None:
    made = vault(tmp_path)
    assert made.trust_device(made.create(PASSCODE)) is False and made.ways == {"passcode"}


def test_the_recovery_code_opens_however_it_is_typed(tmp_path: Path) -> None:
    made = vault(tmp_path)
    key = made.create(PASSCODE)
    code = made.make_recovery(key)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert made.unlock_with_recovery(typed) == (key,)
    newer = made.make_recovery(key)
    with pytest.raises(WrongCode):
        made.unlock_with_recovery(code)
    assert made.unlock_with_recovery(newer) == (key,)


def test_recovery_codes_are_long_and_differ() -> None:
    codes = {make_code() for _ in range(200)}
    assert len(codes) == 200 and all(len(tidy(code)) == 28 for code in codes)


def test_without_a_recovery_code_no_code_opens(tmp_path: Path) -> None:
    vault(tmp_path).create(PASSCODE)
    with pytest.raises(WrongCode):
        vault(tmp_path).unlock_with_recovery(make_code())


def test_a_new_passcode_keeps_the_key_and_ends_the_old_one(tmp_path: Path) -> None:
    made = vault(tmp_path)
    key = made.create(PASSCODE)
    made.change_passcode(key, "another one")
    with pytest.raises(WrongPasscode):
        made.unlock(PASSCODE)
    assert made.unlock("another one") == (key,)


@pytest.mark.parametrize("weak", ["", "12345", "111111", "     1"])
def test_a_weak_passcode_is_refused(tmp_path: Path, weak: str) -> None:
    with pytest.raises(WeakPasscode):
        vault(tmp_path).create(weak)
    assert not vault(tmp_path).exists


# --- rotation


@pytest.mark.parametrize("renewed", [True, False])
def test_a_rotation_keeps_both_keys_until_it_is_settled(tmp_path: Path, renewed: bool) -> None:
    drawer = Drawer()
    made = vault(tmp_path, drawer)
    old = made.create(PASSCODE)
    made.trust_device(old)
    new, code = made.begin_rotation(PASSCODE)
    assert made.unlock(PASSCODE) == made.unlock_with_keystore() == (old, new)
    made.end_rotation(renewed)
    left = (new,) if renewed else (old,)
    assert made.unlock(PASSCODE) == made.unlock_with_keystore() == left
    if renewed:
        assert made.unlock_with_recovery(code) == left


# --- what was changed or damaged


def test_weaker_parameters_written_into_the_envelope_open_nothing(tmp_path: Path) -> None:
    vault(tmp_path).create(PASSCODE)
    change_file(tmp_path, lambda e: e["wraps"]["passcode"]["kdf"].update(m=32))
    with pytest.raises(WrongPasscode):
        vault(tmp_path).unlock(PASSCODE)


@pytest.mark.parametrize("change", [{"m": 1 << 40}, {"t": 10**9}, {"salt": "??"}, {"p": 0}, {"name": "md5"}])
def test_parameters_that_make_no_sense_are_never_tried(tmp_path: Path, change: dict[str, Any]) -> None:
    vault(tmp_path).create(PASSCODE)
    change_file(tmp_path, lambda e: e["wraps"]["passcode"]["kdf"].update(change))
    with pytest.raises(VaultDamaged):
        vault(tmp_path).unlock(PASSCODE)


def test_a_wrap_moved_to_another_purpose_or_vault_opens_nothing(tmp_path: Path) -> None:
    key, under = keys.make_key(), keys.make_key()
    wrapped = keys.wrap(key, under, "here", {"purpose": "device"})
    assert keys.unwrap(wrapped, under, "here") == key
    assert keys.unwrap({**wrapped, "purpose": "recovery"}, under, "here") is None
    assert keys.unwrap(wrapped, under, "elsewhere") is None


def test_the_envelope_holds_no_secret(tmp_path: Path) -> None:
    made = vault(tmp_path, Drawer())
    key = made.create(PASSCODE)
    made.trust_device(key)
    code = made.make_recovery(key)
    text = (tmp_path / "vault.json").read_text()
    assert not any(secret in text for secret in (PASSCODE, key.hex(), code, tidy(code)))


def test_a_missing_vault_and_a_damaged_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NoVault):
        vault(tmp_path).unlock(PASSCODE)
    (tmp_path / "vault.json").write_text("{")
    with pytest.raises(VaultDamaged):
        vault(tmp_path).unlock(PASSCODE)
    assert (tmp_path / "vault.json").read_text() == "{"


def test_any_changed_character_of_the_wraps_is_noticed_as_damage(tmp_path: Path) -> None:
    vault(tmp_path).create(PASSCODE)
    text = (tmp_path / "vault.json").read_text()
    place = text.index('"sealed": "') + 15
    (tmp_path / "vault.json").write_text(
        text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    )
    with pytest.raises(VaultDamaged):
        vault(tmp_path).unlock(PASSCODE)


def test_a_vault_is_never_founded_over_another(tmp_path: Path) -> None:
    key = vault(tmp_path).create(PASSCODE)
    with pytest.raises(VaultExists):
        vault(tmp_path).create("another one")
    assert vault(tmp_path).unlock(PASSCODE) == (key,)


def test_an_erased_vault_opens_with_nothing(tmp_path: Path) -> None:
    drawer = Drawer()
    made = vault(tmp_path, drawer)
    key = made.create(PASSCODE)
    made.trust_device(key)
    made.make_recovery(key)
    made.erase()
    assert not made.exists and not drawer.held and list(tmp_path.iterdir()) == []


# --- keystores and stretching


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


def test_weak_old_parameters_are_raised_and_good_ones_left_alone() -> None:
    strong = keys.make_kdf(passes=4)
    assert keys.is_weaker({**strong, "t": 1}) and keys.is_weaker({**strong, "m": 1024})
    assert not keys.is_weaker(strong)
    assert keys.is_weaker({"name": "scrypt", "n": 65536, "r": 8, "p": 1}) == keys.has_argon2()


def test_scrypt_serves_where_argon2_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keys, "has_argon2", lambda: False)
    key = vault(tmp_path).create(PASSCODE)
    assert json.loads((tmp_path / "vault.json").read_text())["wraps"]["passcode"]["kdf"]["name"] == "scrypt"
    assert vault(tmp_path).unlock(PASSCODE) == (key,)


def test_a_weak_wrap_is_made_stronger_at_the_next_unlock(tmp_path: Path) -> None:
    key = vault(tmp_path).create(PASSCODE)
    real = Vault(tmp_path)
    assert real.strengthen(key, PASSCODE) and real.unlock(PASSCODE) == (key,)
    assert not real.strengthen(key, PASSCODE), "once is enough"
