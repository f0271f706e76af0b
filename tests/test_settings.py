"""How the app looks survives odd files and full disks as far as it can, and nobody else reads it."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import StoreFull
from app.people import People
from app.settings import FILE, Settings, load, save
from tests.mend.records import app_on, founded, opened


@pytest.fixture
def no_room() -> Iterator[None]:
    """No file may grow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    "odd", [{"text_scale": "big"}, {"lock_idle": None}, {"language": []}, {"theme": {}}, {"later": 1}]
)
def test_a_field_that_makes_no_sense_costs_only_that_field(tmp_path: Path, odd: dict[str, object]) -> None:
    save(tmp_path, Settings(contrast=True, trust=True, biometric=True, lock_away=7))
    said = json.loads((tmp_path / FILE).read_text())
    (tmp_path / FILE).write_text(json.dumps({**said, **odd}))
    assert load(tmp_path) == Settings(contrast=True, trust=True, biometric=True, lock_away=7)


@pytest.mark.parametrize("odd", ["", "{", "[1]", "5", "null", "[" * 100_000])
def test_a_file_that_makes_no_sense_is_the_defaults(tmp_path: Path, odd: str) -> None:
    (tmp_path / FILE).write_text(odd)
    assert load(tmp_path) == Settings()


def test_a_setting_that_cannot_be_kept_acts_and_says_so(tmp_path: Path, no_room: None) -> None:
    app = app_on(tmp_path)
    with pytest.raises(StoreFull):
        app.change_settings(contrast=True)
    assert app.settings.contrast and not load(tmp_path).contrast
    assert os.listdir(tmp_path) == []


def test_a_full_disk_keeps_nobody_out_who_was_once_reported_lost(tmp_path: Path) -> None:
    founded(tmp_path, 2)
    save(tmp_path, Settings(reported_lost=True))
    (tmp_path / f"{FILE}.new").mkdir()  # stands for whatever keeps it from being written
    app = opened(tmp_path)
    assert app.is_open
    app.lock()


def test_nobody_else_reads_how_the_app_looks_or_who_is_here(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        people = People(tmp_path / "profile")
        people.rename("first", "Rosa")
        people.add("Marcus")
        save(people.folder, Settings())
    finally:
        os.umask(before)
    modes = [path.stat().st_mode & 0o077 for path in people.folder.rglob("*")]
    assert len(modes) >= 4 and set(modes) == {0}
