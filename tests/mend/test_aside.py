"""A record set aside is still there, still locked, and comes back; dropping it destroys its keys before its files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.aside import new_aside
from app.core.errors import NotThere, NoVault, RuleBroken, WrongPasscode
from app.mend import asides, bring_back, copies, drop_aside, drop_own, save_what_reads, set_aside
from app.store import FILE, erase_files
from app.vault import Vault
from app.vault.keyring import SERVICE
from tests.mend.records import PASSCODE, app_on, damage, founded, keys_of, moods, now, opened, page_of, prints
from tests.vault.drawer import Drawer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return founded(tmp_path / "profile", 5)


def test_a_record_set_aside_makes_room_for_a_new_one_and_comes_back_as_it_was(folder: Path) -> None:
    before = prints(folder)
    aside = set_aside(folder, now)
    assert prints(folder) == {f"{aside.name}/{name}": print for name, print in before.items()}
    app = app_on(folder)
    assert not app.vault.exists and not app.locked
    founded(folder, 3, "a newer code")
    [found] = asides(folder)
    assert found.is_whole and found.made_at == now() and found.size > 4096
    bring_back(folder, found.name, now)
    assert moods(folder) == 5 and len(copies(folder)) == 1
    with pytest.raises(WrongPasscode):
        opened(folder, "a newer code")
    bring_back(folder, asides(folder)[0].name, now)
    assert moods(folder, "a newer code") == 3 and len(asides(folder)) == 1


def test_a_record_whose_key_file_is_damaged_can_be_set_aside_too(folder: Path) -> None:
    (folder / "vault.json").write_text("{")
    aside = set_aside(folder, now)
    assert (aside / "vault.json").read_text() == "{" and not app_on(folder).vault.exists


def test_asides_of_one_second_do_not_meet(folder: Path) -> None:
    for number in range(2, 13):
        set_aside(folder, now)
        founded(folder, number)
    assert [aside.name.partition("Z")[2] for aside in asides(folder)] == [
        "",
        *(f"-{n}" for n in range(2, 12)),
    ]
    bring_back(folder, "aside-20261123T083000Z-11", now)
    assert moods(folder) == 11


def test_there_is_nothing_to_set_aside_or_to_bring_back(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotThere):
        set_aside(tmp_path / "none", now)
    for name in ("aside-20261123T083000Z", "../profile", "", "."):
        with pytest.raises(NotThere):
            bring_back(folder, name, now)
        with pytest.raises(NotThere):
            drop_aside(folder, name)
    assert moods(folder) == 5


def test_a_database_alone_comes_back_only_where_a_vault_may_open_it(folder: Path) -> None:
    damaged = damage(folder, page_of(folder, "docs"))
    aside = save_what_reads(folder, keys_of(folder), now).aside
    bring_back(folder, aside.name, now)
    assert (folder / "evenkeel.db").read_bytes() == damaged
    [rescued] = asides(folder)
    set_aside(folder, now)
    with pytest.raises(NoVault):
        bring_back(folder, rescued.name, now)


def test_a_dropped_record_takes_its_secret_out_of_the_keystore_and_no_other(folder: Path) -> None:
    drawer = Drawer()
    old, new = json.loads((folder / "vault.json").read_text())["id"], "other"
    drawer.set_password(SERVICE, old, "secret")
    drawer.set_password(SERVICE, new, "kept")
    name = set_aside(folder, now).name
    assert drawer.get_password(SERVICE, old) == "secret", "it may come back"
    founded(folder, 3)
    drop_aside(folder, name, drawer)
    assert drawer.get_password(SERVICE, old) is None and drawer.get_password(SERVICE, new) == "kept"
    assert asides(folder) == [] and moods(folder) == 3


def test_within_a_week_only_its_own_passcode_erases_a_record(folder: Path) -> None:
    name, vault = set_aside(folder, now).name, Vault(folder, fast=True)
    founded(folder, 3, "a newer code")
    with pytest.raises(WrongPasscode):
        drop_own(folder, name, vault, "a newer code", now)
    with pytest.raises(WrongPasscode):
        drop_own(folder, name, vault, "", lambda: now() + timedelta(days=6, hours=23))
    assert [aside.name for aside in asides(folder)] == [name]
    drop_own(folder, name, vault, PASSCODE, now)
    assert asides(folder) == [] and moods(folder, "a newer code") == 3


def test_after_a_week_a_record_goes_without_a_passcode_and_a_database_alone_goes_only_then(
    folder: Path,
) -> None:
    damage(folder, page_of(folder, "docs"))
    name, vault = save_what_reads(folder, keys_of(folder), now).aside.name, Vault(folder, fast=True)
    whole = set_aside(folder, now).name
    with pytest.raises(RuleBroken):
        drop_own(folder, name, vault, PASSCODE, now)
    for one in (name, whole):
        drop_own(folder, one, vault, "", lambda: now() + timedelta(days=7))
    assert asides(folder) == []


def test_what_a_killed_bringing_back_left_is_no_record(folder: Path) -> None:
    ghost = folder / new_aside(folder, now)
    ghost.mkdir()
    (ghost / f"{FILE}-shm").write_bytes(b"\0" * 32768)
    assert asides(folder) == []
    with pytest.raises(NotThere):
        bring_back(folder, ghost.name, now)
    assert moods(folder) == 5 and set_aside(folder, now).name != ghost.name


@pytest.mark.parametrize(
    "name", ["aside-20261399T999999Z", "aside-99991231T235959Z", "aside-20261123T083000Z"]
)
async def test_what_only_looks_like_a_record_set_aside_disturbs_nothing(
    folder: Path, tmp_path: Path, name: str
) -> None:
    (folder / name).mkdir()
    (folder / name / FILE).symlink_to("/nowhere")
    (folder / "aside-20261122T083000Z").symlink_to(tmp_path / "mine")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / FILE).write_text("not ours")
    assert asides(folder) == []
    whole = set_aside(folder, now).name
    (folder / whole / "more").symlink_to("/nowhere")
    assert [aside.name for aside in asides(folder)] == [whole]
    await app_on(folder).erase()
    assert (tmp_path / "mine" / FILE).read_text() == "not ours"


@pytest.mark.parametrize(
    "begin", [erase_files, lambda folder: set_aside(folder, now)], ids=["erasing", "setting aside"]
)
def test_a_link_in_the_place_of_what_is_being_made_leads_nowhere(
    folder: Path, tmp_path: Path, begin: Callable[[Path], object]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("not ours")
    (folder / "making").symlink_to(tmp_path / "mine")
    begin(folder)
    assert (tmp_path / "mine" / "letter").exists() and not (folder / "making").is_symlink()


async def test_erasing_takes_what_was_set_aside_with_it(folder: Path) -> None:
    set_aside(folder, now)
    founded(folder, 3)
    (folder / "aside-mine").mkdir()
    (folder / "aside-mine" / "letter").write_text("not ours")
    await app_on(folder).erase()
    assert prints(folder).keys() == {"aside-mine/letter"}
