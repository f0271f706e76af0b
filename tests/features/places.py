"""Where files go in tests: a folder of Downloads of their own, and real damage to real bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.context import App
from app.core.errors import StoreDamaged
from app.store import FILE
from tests.features.conftest import PASSCODE

PAGE = 4096
PHRASE = "three small boats"


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This test's Downloads."""
    folder = tmp_path / "Downloads"
    folder.mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(folder))
    return folder


def flip(path: Path, page: int) -> None:
    """Change bytes in the middle of one page."""
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE + 2000)
        was = file.read(16)
        file.seek((page - 1) * PAGE + 2000)
        file.write(bytes(byte ^ 0xFF for byte in was))


def damage(app: App, *more: int) -> None:
    """Lock, and damage the first page, so that the record no longer opens, and these pages."""
    app.lock()
    for page in (1, *more):
        flip(app.folder / FILE, page)


async def opens(app: App, passcode: str = PASSCODE) -> bool:
    """Does the record open?"""
    try:
        await app.unlock(passcode)
    except StoreDamaged:
        return False
    return app.is_open


def pages_of(app: App, held: Callable[[str], bool]) -> list[int]:
    """The pages that hold what `held` says yes to, as the record itself knows them."""
    from app.store import btree
    from app.store.raw import Pages

    key = app.vault.unlock(PASSCODE)[-1]
    with Pages(app.folder / FILE, key) as pages:
        return sorted(number for number, owner in btree.owners(pages).items() if held(owner))
