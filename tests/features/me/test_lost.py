"""The switch that decides whether a lost device may be erased."""

from __future__ import annotations

from collections.abc import Callable

from app.context import App
from app.settings import load
from tests.harness import Window

Open = Callable[..., Window]
LABEL = "Erase my record if I report this device lost"


async def test_it_is_on_until_the_person_switches_it_off(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        shown = " ".join(window.texts())
        assert LABEL in shown and "What was not sent by then is lost too." in shown
        await window.switch(LABEL)
        assert load(app_with_record.folder).wipe_if_lost is False
        await window.switch(LABEL)
    assert load(app_with_record.folder).wipe_if_lost is True
