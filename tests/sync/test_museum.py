"""A record that an older version left with a full outbox comes to today's clinic, and nothing of it is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.store.engine import engine_name
from sync.models import MoodEntry
from tests.conftest import PASSCODE, Phone
from tests.store import old

HERE = Path(old.__file__).parent
VERSIONS = sorted(file.stem for file in HERE.glob("*.db"))


@pytest.mark.skipif(engine_name() == "pages", reason="the museum's records have SQLCipher's format")
@pytest.mark.parametrize("version", VERSIONS)
async def test_what_waited_in_an_older_version_arrives_once(
    new_phone: Callable[[str], Phone], tmp_path: Path, version: str
) -> None:
    folder = tmp_path / "museum"
    folder.mkdir()
    shutil.copy(HERE / f"{version}.db", folder / "evenkeel.db")
    shutil.copy(HERE / f"{version}.json", folder / "vault.json")
    device = new_phone("museum")
    await device.app.unlock(PASSCODE)
    waiting = device.store.pending(99)
    refused = device.store.rows("SELECT mid FROM outbox WHERE reason IS NOT NULL")
    assert len(waiting) == 21 and len(refused) == 1
    await device.enrol()
    for _ in range(2):
        await device.sync()
    assert not device.store.pending(1)
    assert device.store.rows("SELECT mid FROM outbox") == refused
    for mutation in waiting:
        held = device.clinic.get(device.store.scope, mutation.id)
        assert held and held.body == mutation.body
    shown = {mood.id for mood in device.store.find(MoodEntry)}
    assert shown == {mutation.id for mutation in waiting}, "and what only the old clinic said is gone"
