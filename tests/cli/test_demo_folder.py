"""The demo begins anew without touching what is not its own."""

from __future__ import annotations

from pathlib import Path

from app.demo import clear


def test_a_fresh_demo_removes_its_own_files_only(tmp_path: Path) -> None:
    mine = ("clinic.db", "clinic.db-wal", "clinic.log", "clinic.pid", "port", "ready", "device/evenkeel.db")
    theirs = ("thesis.odt", "photos/cat.png", "clinic.dbs/inside")
    for name in (*mine, *theirs):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    clear(tmp_path, everything=True)
    assert not [name for name in mine if (tmp_path / name).exists()]
    assert all((tmp_path / name).exists() for name in theirs)


def test_an_interrupted_start_leaves_no_half_device(tmp_path: Path) -> None:
    (tmp_path / "device").mkdir()
    (tmp_path / "clinic.db").touch()
    clear(tmp_path, everything=False)
    assert not (tmp_path / "device").exists() and (tmp_path / "clinic.db").exists()
