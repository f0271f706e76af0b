"""One record on one phone, from joining to erasing: the keystore is asked from threads, never where it would hang."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.aside import drop_all, set_aside
from app.context import App
from app.main import make_app
from app.vault import Vault
from app.vault.keyring import SERVICE
from tests.device.storage import Phone
from tests.device.test_keystore import keystore_of

PASSCODE = "correct horse"


async def app_on(folder: Path, phone: Phone) -> App:
    """The app as it starts on this phone."""
    app = make_app(folder, vault=Vault(folder, fast=True), drawn=False)
    await app.meet_phone(keystore_of(phone), None)
    return app


async def gone(phone: Phone) -> bool:
    """Has the keystore forgotten what it knew of us? It does so in a thread."""
    for _ in range(200):
        if not any(place.startswith(SERVICE) for place in phone.held):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_from_joining_to_erasing_the_loop_is_never_blocked(tmp_path: Path) -> None:
    phone = Phone()
    app = await app_on(tmp_path, phone)
    await app.open_or_found(PASSCODE)
    app.lock()
    assert await app.unlock_with_device(), "joining made the keystore's wrap"
    await app.rotate_key(PASSCODE)
    app.lock()
    assert await app.unlock_with_device(), "a new key is in the keystore's wrap too"
    assert await app.trust_device(PASSCODE, False) is False and await gone(phone)
    assert await app.trust_device(PASSCODE, True)
    await app.erase()
    assert await gone(phone) and not app.vault.exists and phone.held == {"another app's": "secret"}


async def test_after_a_restart_the_phone_still_opens_it(tmp_path: Path) -> None:
    phone = Phone()
    app = await app_on(tmp_path, phone)
    await app.open_or_found(PASSCODE)
    app.lock()
    phone.restart()
    again = await app_on(tmp_path, phone)
    assert await again.unlock_with_device()
    again.lock()


@pytest.mark.parametrize("trouble", ["locked", "invalidated", "no screen lock", "silent"])
async def test_a_phone_that_keeps_no_key_still_joins(tmp_path: Path, trouble: str) -> None:
    phone = Phone()
    phone.trouble = trouble
    app = await app_on(tmp_path, phone)
    assert app.on_phone and app.vault.keystore is None
    await app.open_or_found(PASSCODE)
    assert app.vault.ways == {"passcode"} and not await app.trust_device(PASSCODE, True)
    app.lock()


async def test_a_keystore_that_fails_only_now_does_not_stop_the_joining(tmp_path: Path) -> None:
    phone = Phone()
    app = await app_on(tmp_path, phone)
    phone.trouble = "locked"
    await app.open_or_found(PASSCODE)
    assert app.is_open and app.vault.ways == {"passcode"}
    app.lock()


async def test_a_record_set_aside_is_forgotten_by_the_keystore_when_it_is_dropped(tmp_path: Path) -> None:
    phone = Phone()
    app = await app_on(tmp_path, phone)
    await app.open_or_found(PASSCODE)
    app.lock()
    set_aside(tmp_path, app.now)
    assert len(phone.held) == 2
    drop_all(tmp_path, app.vault.keystore)
    assert await gone(phone)


async def test_who_listens_hears_what_the_phone_can(tmp_path: Path) -> None:
    app = make_app(tmp_path, vault=Vault(tmp_path, fast=True), drawn=False)
    heard: list[bool] = []
    app.listen(lambda: heard.append(app.vault.keystore is not None))
    await app.meet_phone(keystore_of(Phone()), None)
    assert heard == [True]
