"""Me: who, how it looks, which devices, what this is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.context import App
from app.features.me.queries import list_devices
from sync.models import Device
from tests.features.conftest import NOW, Chart
from tests.harness import Window

Open = Callable[..., Window]


def test_devices_in_use_come_first(app_with_record: App, chart: Chart) -> None:
    chart.send(
        Device(id="d0", label="Old tablet", enrolled_at=NOW - timedelta(days=9), revoked_at=NOW),
        Device(id="d2", label="Laptop", enrolled_at=NOW - timedelta(days=3)),
    )
    assert [d.id for d in list_devices(app_with_record.store)] == ["d2", "d1", "d0"]


async def test_it_says_whose_record_and_which_devices(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me") as window:
        assert {"Rosa Marin", "Born Wed 17 June 1959", "Riverside Clinic"} <= set(window.texts())
        await window.tap("My devices")
        assert "Rosa's phone (this one)" in window.texts()


async def test_changes_act_at_once(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me") as window:
        await window.tap("Español")
        assert "Cómo se ve" in window.texts()
        await window.tap("English")
        await window.tap("200 %")
        await window.tap("Dark")
        await window.switch("High contrast")
        await window.switch("Less motion")
        await window.switch("Work offline")
        looks = app_with_record.settings
        assert (looks.text_scale, looks.theme, looks.contrast) == (2.0, "dark", True)
        assert (looks.motion, looks.offline) == (False, True)


async def test_about_keeps_the_attributions(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/me") as window:
        await window.tap("About this app")
        shown = " ".join(window.texts())
        assert all(word in shown for word in ("LOINC", "SNOMED", "not a diagnosis", "Apache", "988"))
