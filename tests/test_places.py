"""A new file has a name of its own, whoever asks at the same time, and leaves nothing behind when it fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.places import claimed, new_file
from app.store.backup import check_backup, save_backup
from app.vault import keys
from tests.mend.records import PASSPHRASE, founded, opened


def test_all_who_ask_at_once_get_names_of_their_own(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def ask(_: int) -> Path:
        together.wait()
        return claimed(tmp_path, "copy", ".tar")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 8
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_a_link_that_leads_nowhere_holds_its_name_too(tmp_path: Path) -> None:
    (tmp_path / "copy.tar").symlink_to(tmp_path / "elsewhere")
    assert claimed(tmp_path, "copy", ".tar").name == "copy-2.tar" and not (tmp_path / "elsewhere").exists()


def test_what_was_not_made_gives_its_name_back(tmp_path: Path) -> None:
    with pytest.raises(KeyError), new_file(tmp_path, "copy", ".tar") as path:
        assert path.exists()
        raise KeyError
    with new_file(tmp_path, "copy", ".tar") as again:
        again.write_text("made")
    assert again == path and path.read_text() == "made"


def test_two_copies_to_one_place_do_not_meet_on_the_way(tmp_path: Path) -> None:
    app, out = opened(founded(tmp_path / "profile", 3)), tmp_path / "copy"

    def second(_done: int, _total: int) -> None:
        if not out.exists():
            save_backup(app.store.second(), out, "another phrase", keys)

    save_backup(app.store, out, PASSPHRASE, keys, progress=second)
    with out.open("rb") as file:
        assert check_backup(file, PASSPHRASE, keys)["docs"] == 3
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["copy"]
    app.lock()
