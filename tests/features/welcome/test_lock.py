"""The other ways in: the recovery code and this computer; and the wait after too many tries, counted in sight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import flet as ft
import pytest

from app.core.errors import TooManyTries
from app.features.welcome.recover import find_wrong
from tests.conftest import PASSCODE, Phone
from tests.features.welcome.test_welcome import wait_for
from tests.harness import Window
from tests.vault.drawer import Drawer

Open = Callable[..., Window]
NEW = "864209"


async def fill(window: Window, code: str, new: str = NEW, again: str = NEW) -> None:
    """Fill in the recovery form and press its button."""
    for label, text in (("Recovery code", code), ("New passcode", new), ("New one again", again)):
        await window.type(label, text)
    await window.tap("Open")


@pytest.mark.parametrize(
    ("code", "new", "again", "wrong"),
    [
        (" ", NEW, NEW, ("code", "lock.code_missing")),
        ("AAAA", "123", "123", ("new", "welcome.passcode_short")),
        ("AAAA", "111111", "111111", ("new", "welcome.passcode_same")),
        ("AAAA", NEW, PASSCODE, ("again", "welcome.passcode_different")),
        ("AAAA", NEW, NEW, ("", "")),
    ],
)
def test_what_is_missing_is_found_before_a_try_is_spent(
    code: str, new: str, again: str, wrong: tuple[str, str]
) -> None:
    assert find_wrong(code, new, again) == wrong


async def test_the_recovery_code_opens_and_sets_a_new_passcode(phone: Phone, open_at: Open) -> None:
    code = await phone.app.make_recovery(PASSCODE)
    phone.app.lock()
    async with open_at(phone.app) as window:
        await window.tap("I forgot my passcode")
        await fill(window, code.lower().replace("-", " "))
        await wait_for(window, "Good morning, Rosa")
    assert phone.app.vault.unlock(NEW)


async def test_a_wrong_code_or_a_weak_passcode_is_said_at_its_field(phone: Phone, open_at: Open) -> None:
    await phone.app.make_recovery(PASSCODE)
    phone.app.lock()
    async with open_at(phone.app) as window:
        await window.tap("I forgot my passcode")
        await fill(window, "AAAA-BBBB", "123", "123")
        assert "at least 6" in str(window.field("New passcode").error)
        await fill(window, "AAAA-BBBB")
        for _ in range(100):
            await asyncio.sleep(0.02)
            await window.settle()
            if window.field("Recovery code").error:
                break
        assert "recovery code is not right" in str(window.field("Recovery code").error)
        await window.tap("Use the passcode")
        assert not window.field("Passcode").error
    assert phone.app.locked and phone.app.vault.unlock(PASSCODE)


async def test_without_a_recovery_code_the_lock_says_what_remains(phone: Phone, open_at: Open) -> None:
    phone.app.lock()
    async with open_at(phone.app) as window:
        await window.tap("I forgot my passcode")
        assert any("call your clinic" in text for text in window.texts())
        assert not window.find(ft.TextField)
        await window.tap("Use the passcode")
        assert window.field("Passcode")


async def test_this_computer_opens_only_where_the_patient_allowed_it(phone: Phone, open_at: Open) -> None:
    app = phone.app
    app.vault.keystore = Drawer()
    await app.trust_device(PASSCODE, True)
    app.lock()
    async with open_at(app) as window:
        assert "Open with this computer" not in window.buttons()
    app.change_settings(trust=True)
    async with open_at(app) as window:
        await window.tap("Open with this computer")
        await wait_for(window, "Good morning, Rosa")


async def test_a_computer_that_forgot_says_so_and_the_passcode_still_opens(
    phone: Phone, open_at: Open
) -> None:
    app = phone.app
    app.vault.keystore = drawer = Drawer()
    await app.trust_device(PASSCODE, True)
    app.change_settings(trust=True)
    app.lock()
    drawer.held.clear()
    async with open_at(app) as window:
        await window.tap("Open with this computer")
        await wait_for(window, "Open")
        assert "did not open your record" in str(window.field("Passcode").error)
        await window.type("Passcode", PASSCODE)
        await window.tap("Open")
        await wait_for(window, "Good morning, Rosa")


async def test_the_wait_is_counted_down_and_the_button_rests_meanwhile(
    phone: Phone, open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.app.lock()

    async def too_many(_: str) -> None:
        raise TooManyTries(2)

    monkeypatch.setattr(phone.app, "unlock", too_many)
    async with open_at(phone.app) as window:
        await window.type("Passcode", PASSCODE)
        await window.tap("Open")
        await wait_for(window, "in 2 seconds")
        assert window.button("Open").disabled and not window.field("Passcode").error
        monkeypatch.undo()
        await window.submit("Passcode")
        assert phone.app.locked
        await wait_for(window, "in 1 second.")
        heard = [s.label for s in window.find(ft.Semantics) if s.live_region]
        assert heard == ["You can try again in 2 seconds."]
        await asyncio.sleep(1.1)
        await window.settle()
        assert not window.button("Open").disabled
        await window.tap("Open")
        await wait_for(window, "Good morning, Rosa")


async def test_a_long_wait_is_said_in_minutes(
    phone: Phone, open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.app.lock()

    async def too_many(_: str) -> None:
        raise TooManyTries(300)

    monkeypatch.setattr(phone.app, "unlock", too_many)
    async with open_at(phone.app) as window:
        await window.type("Passcode", PASSCODE)
        await window.tap("Open")
        await wait_for(window, "in 5:00 minutes")
