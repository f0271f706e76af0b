"""A device whose record was erased because it was reported lost says so, until somebody joins again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.protocol.errors import Erased
from tests.conftest import Phone
from tests.features.welcome.test_welcome import to_passcode, wait_for
from tests.harness import Window

Open = Callable[..., Window]
SAID = "This device was reported lost, so your record was erased from it."


async def test_the_window_shows_the_welcome_and_says_why(phone: Phone, open_at: Open) -> None:
    async with open_at(phone.app) as window:
        await wait_for(window, "Good morning, Rosa")
        phone.clinic.mark_lost(phone.app.credentials().device)
        with pytest.raises(Erased):
            await phone.sync()
        await wait_for(window, SAID)
        assert "Start" in window.buttons() and not any("Rosa" in text for text in window.texts())
    phone.app = phone._make(phone.clock)
    async with open_at(phone.app) as window:
        await wait_for(window, SAID)
        await to_passcode(window, phone.clinic.invite("rosa")[0])
        await window.tap("Open my record")
        await wait_for(window, "Good morning")
    await phone.app.erase()
    async with open_at(phone.app) as window:
        await wait_for(window, "Welcome")
        assert not any(SAID in text for text in window.texts())
