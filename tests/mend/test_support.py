"""The copy for support: nothing of the patient's in clear, nothing to guess at, and a code that opens it."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import BackupError
from app.mend import copy_for_support
from app.store import FILE
from app.vault import keys, recovery
from sync.models import MoodEntry
from tests.mend.records import COUNT, damage, founded, keys_of, now, opened, page_of, prints


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return founded(tmp_path / "profile")


def texts(out: Path) -> dict[str, Any]:
    """The copy's JSON files."""
    with tarfile.open(out) as tar:
        return {name: json.load(tar.extractfile(name)) for name in tar.getnames() if name.endswith(".json")}  # type: ignore[arg-type]


def test_support_opens_the_copy_with_the_code_and_with_nothing_else(folder: Path, tmp_path: Path) -> None:
    held = json.loads((folder / "vault.json").read_text())
    code = copy_for_support(folder, keys_of(folder), tmp_path / "s.tar", now)
    assert code and (tmp_path / "s.tar").stat().st_mode & 0o077 == 0
    said = texts(tmp_path / "s.tar")
    [wrap] = said["support.json"]["wraps"]
    under = keys.derive_key(recovery.tidy(code.lower()).encode(), "support")
    key = keys.unwrap(wrap, under, held["id"])
    assert (key,) == keys_of(folder)
    raw = (tmp_path / "s.tar").read_bytes()
    for wrapped in held["wraps"].values():
        assert wrapped["sealed"].encode() not in raw and wrapped["kdf"]["salt"].encode() not in raw
    assert code.encode() not in raw and b"n7 n7" not in raw and b"patient:p" not in raw
    with tarfile.open(tmp_path / "s.tar") as tar:
        (tmp_path / "there").mkdir()
        (tmp_path / "there" / FILE).write_bytes(tar.extractfile(FILE).read())  # type: ignore[union-attr]
    (tmp_path / "there" / "vault.json").write_bytes((folder / "vault.json").read_bytes())
    app = opened(tmp_path / "there")
    assert len(app.store.find(MoodEntry)) == COUNT
    app.lock()


def test_the_report_names_the_bad_pages_and_changes_nothing(folder: Path, tmp_path: Path) -> None:
    damage(folder, page := page_of(folder, "outbox"))
    opens, before = keys_of(folder), prints(folder)
    copy_for_support(folder, opens, tmp_path / "s.tar", now)
    report = texts(tmp_path / "s.tar")["report.json"]
    assert (
        report["bad"] == {str(page): "outbox"} and report["errors"] == [] and report["copies"] == ["second"]
    )
    assert report["engine"]["sqlite"].startswith("3.") and report["pages"] * 4096 == report["files"][FILE]
    assert prints(folder) == before


def test_without_keys_there_is_no_code_and_still_a_report(folder: Path, tmp_path: Path) -> None:
    (folder / "vault.json").write_text("{")
    assert copy_for_support(folder, (), tmp_path / "s.tar", now) is None
    said = texts(tmp_path / "s.tar")
    assert "support.json" not in said and said["vault.json"] == {}
    assert said["report.json"]["errors"] == ["VaultDamaged"]


def test_a_record_that_does_not_open_is_said_by_its_type(folder: Path, tmp_path: Path) -> None:
    (folder / FILE).write_bytes(b"x" * 8192)
    copy_for_support(folder, keys_of(folder), tmp_path / "s.tar", now)
    assert texts(tmp_path / "s.tar")["report.json"]["errors"] == ["StoreDamaged"]


def test_a_copy_that_cannot_be_written_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError):
        copy_for_support(folder, (), tmp_path / "nowhere" / "s.tar", now)
    (tmp_path / "s.tar").mkdir()
    with pytest.raises(BackupError):
        copy_for_support(folder, (), tmp_path / "s.tar", now)
    assert not list(tmp_path.glob("*.new"))
