"""A record set aside is still there, still locked, and comes back; dropping it destroys its keys before its files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app.aside import new_aside
from app.core.errors import NotThere, NoVault, WrongPasscode
from app.mend import asides, bring_back, copies, drop_aside, save_what_reads, set_aside
from app.store import FILE
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


async def test_erasing_takes_what_was_set_aside_with_it(folder: Path) -> None:
    set_aside(folder, now)
    founded(folder, 3)
    (folder / "aside-mine").mkdir()
    (folder / "aside-mine" / "letter").write_text("not ours")
    await app_on(folder).erase()
    assert prints(folder).keys() == {"aside-mine/letter"}


async def test_a_database_set_aside_still_opens_after_the_key_was_changed(folder: Path) -> None:
    name = new_aside(folder, now)
    (folder / name).mkdir()
    shutil.copy2(folder / FILE, folder / name / FILE)
    app = app_on(folder)
    await app.unlock(PASSCODE)
    await app.rotate_key(PASSCODE)
    app.lock()
    assert asides(folder)[0].is_whole
    bring_back(folder, name, now)
    assert moods(folder) == 5
