"""The switch that decides whether a lost device may be erased."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft
import pytest

from app.context import App
from app.core.errors import StoreFull
from tests.harness import Window

Open = Callable[..., Window]
LABEL = "Erase my record if I report this device lost"


async def test_it_is_on_until_the_person_switches_it_off(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me/keys") as window:
        shown = " ".join(window.texts())
        assert LABEL in shown and "What was not sent by then is lost too." in shown
        await window.switch(LABEL)
        assert not app_with_record.wipes_if_lost
        await window.switch(LABEL)
    assert app_with_record.wipes_if_lost


async def test_a_no_that_could_not_be_kept_is_said_and_not_shown_as_if_it_were(
    app_with_record: App, open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise StoreFull()

    async with open_at(app_with_record, "/me/keys") as window:
        monkeypatch.setattr(app_with_record.store, "keep", full)
        await window.switch(LABEL)
        assert "This device is full" in " ".join(window.texts())
        assert next(s for s in window.find(ft.Switch)).value is True and app_with_record.wipes_if_lost
