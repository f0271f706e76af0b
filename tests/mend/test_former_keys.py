"""A database set aside without a vault still opens after the data key was changed, and opens nothing else."""

from __future__ import annotations

import contextlib
import json
import tarfile
from pathlib import Path

import pytest

from app.core.errors import StoreDamaged, StoreFull, WrongPasscode
from app.main import make_app
from app.mend import asides, bring_back, copy_for_support, drop_aside, look_over, save_what_reads, set_aside
from app.store import FILE, open_store
from app.store.integrity import check
from app.vault import Vault, keys, recovery
from tests.mend.records import PASSCODE, app_on, damage, founded, keys_of, moods, now, opened, page_of
from tests.vault.drawer import Drawer

NEW = "a quite new one"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A record that was damaged and mended: what was damaged lies aside, without a vault."""
    folder = founded(tmp_path / "profile")
    damage(folder, page_of(folder, "docs"))
    save_what_reads(folder, keys_of(folder), now)
    return folder


def aside_in(folder: Path) -> Path:
    """Where the damaged database lies."""
    return folder / asides(folder)[0].name


async def renew(folder: Path, passcode: str = PASSCODE) -> tuple[bytes, bytes]:
    """Make a new key; the one before and the new one."""
    (old,) = keys_of(folder, passcode)
    app = app_on(folder)
    await app.unlock(passcode)
    await app.rotate_key(passcode)
    app.lock()
    return old, keys_of(folder, passcode)[0]


def under(folder: Path, key: bytes) -> bool:
    """The database in its place opens with this key."""
    with contextlib.suppress(StoreDamaged):
        open_store(folder, key, now).close()
        return True
    return False


async def test_a_whole_database_that_comes_back_is_encrypted_under_the_present_key(tmp_path: Path) -> None:
    folder = founded(tmp_path / "profile", 5)
    name, data = "aside-20261122T083000Z", (folder / FILE).read_bytes()
    (folder / name).mkdir()
    (folder / name / FILE).write_bytes(data)
    for _ in range(2):
        old, new = await renew(folder)
    bring_back(folder, name, now)
    assert not under(folder, old) and not under(folder, new), "it is of the day before yesterday"
    assert moods(folder) == 5
    assert under(folder, new) and keys_of(folder) == (new,)


async def test_a_damaged_one_that_comes_back_is_looked_over_and_mended_again(folder: Path) -> None:
    name = aside_in(folder).name
    old, new = await renew(folder)
    bring_back(folder, name, now)
    assert look_over(folder, keys_of(folder)).bad
    app = opened(folder)
    assert app.store.is_under(old), "too damaged to be copied, and still to be read"
    app.lock()
    saved = save_what_reads(folder, keys_of(folder), now)
    assert saved.report.recovered["outbox"] and moods(folder) > 0 and under(folder, new)


async def test_a_damaged_one_in_use_keeps_its_key_when_the_key_is_changed_or_the_other_erased(
    folder: Path,
) -> None:
    name = aside_in(folder).name
    old, _new = await renew(folder)
    bring_back(folder, name, now)
    drop_aside(folder, asides(folder)[0].name)
    app = opened(folder)
    with pytest.raises(StoreDamaged):
        await app.rotate_key(PASSCODE)
    app.lock()
    app = opened(folder)
    assert app.store.is_under(old)
    app.lock()


async def test_no_passcode_can_be_tried_on_what_was_set_aside(folder: Path) -> None:
    old, _new = await renew(folder)
    app = app_on(folder)
    await app.unlock(PASSCODE)
    await app.change_passcode(PASSCODE, NEW)
    app.lock()
    assert [file.name for file in aside_in(folder).iterdir()] == [FILE]
    bring_back(folder, aside_in(folder).name, now)
    with pytest.raises(WrongPasscode):
        keys_of(folder)
    assert check(folder / FILE, old).bad, "it is the damaged one, and only the new passcode opens it"
    opened(folder, NEW).lock()


async def test_erasing_what_was_set_aside_leaves_the_keystore_of_the_present_record(folder: Path) -> None:
    drawer = Drawer()
    app = make_app(folder, now=now, vault=Vault(folder, drawer, fast=True), drawn=False)
    await app.unlock(PASSCODE)
    await app.trust_device(PASSCODE, True)
    await app.rotate_key(PASSCODE)
    app.lock()
    drop_aside(folder, aside_in(folder).name, drawer)
    assert drawer.held and await app.unlock_with_device()
    app.lock()


async def test_a_key_that_nothing_needs_is_forgotten(folder: Path) -> None:
    _old, new = await renew(folder)
    vault = Vault(folder, fast=True)
    assert vault.former(new)
    drop_aside(folder, aside_in(folder).name)
    opened(folder).lock()
    assert not vault.former(new)
    _old, new = await renew(folder)
    assert not vault.former(new), "nothing lies aside"


async def test_a_new_key_that_finds_no_room_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: bytes) -> None:
        raise StoreFull()

    before = {file.name: file.read_bytes() for file in aside_in(folder).iterdir()}
    key = keys_of(folder)
    app = opened(folder)
    monkeypatch.setattr(app.store, "rekey", full)
    with pytest.raises(StoreFull):
        await app.rotate_key(PASSCODE)
    app.lock()
    assert keys_of(folder) == key and Vault(folder).former(key[0]) == ()
    assert {file.name: file.read_bytes() for file in aside_in(folder).iterdir()} == before
    old, new = await renew(folder)
    assert (old,) == key and check(aside_in(folder) / FILE, Vault(folder).former(new)[0]).bad


@pytest.mark.parametrize("came_so_far", [False, True])
async def test_a_change_of_keys_cut_short_forgets_neither_key_while_something_lies_aside(
    folder: Path, came_so_far: bool
) -> None:
    app = opened(folder)
    (old,) = keys_of(folder)
    new, _code = app.vault.begin_rotation(PASSCODE)
    if came_so_far:
        app.store.rekey(new)
    app.lock()
    bring_back(folder, aside_in(folder).name, now)
    opened(folder).lock()
    bring_back(folder, aside_in(folder).name, now)
    assert moods(folder) > 0
    assert keys_of(folder) == (old,) and under(folder, old)


async def test_the_code_for_support_opens_a_database_of_a_former_key(folder: Path, tmp_path: Path) -> None:
    name = aside_in(folder).name
    old, _new = await renew(folder)
    bring_back(folder, name, now)
    code = copy_for_support(folder, keys_of(folder), tmp_path / "copy.tar", now)
    with tarfile.open(tmp_path / "copy.tar") as tar:
        said, vault = (
            json.loads(tar.extractfile(name).read())  # type: ignore[union-attr]
            for name in ("support.json", "vault.json")
        )
    secret = keys.derive_key(recovery.tidy(str(code)).encode(), "support")
    assert [keys.unwrap(wrap, secret, vault["id"]) for wrap in said["wraps"]] == [old]


async def test_a_whole_record_takes_its_former_keys_with_it(folder: Path) -> None:
    await renew(folder)
    whole = set_aside(folder, now).name
    founded(folder, 3, NEW)
    opened(folder, NEW).lock()
    bring_back(folder, whole, now)
    damaged = next(one.name for one in asides(folder) if not one.is_whole)
    bring_back(folder, damaged, now)
    assert look_over(folder, keys_of(folder)).bad and not under(folder, keys_of(folder)[0])
