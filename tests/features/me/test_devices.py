"""My devices: what each may, and ending one that was given away or lost, from another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sync.models import Device
from tests.conftest import Phone, Wire
from tests.harness import Window

Open = Callable[..., Window]


def other(phone: Phone) -> Device:
    """The tablet, as the phone knows it."""
    mine = phone.app.credentials().device
    return next(device for device in phone.store.find(Device) if device.id != mine)


async def until_ended(phone: Phone) -> None:
    """Ask the clinic until it says that the tablet's access ended."""
    for _ in range(200):
        await phone.sync()
        if other(phone).revoked_at:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the tablet was never ended")


async def test_a_lost_tablet_is_reported_from_the_phone(phone: Phone, tablet: Phone, open_at: Open) -> None:
    await phone.sync()
    async with open_at(phone.app, "/me/devices") as window:
        assert f"{other(phone).label}" in window.texts()
        await window.tap("It is lost")
        assert any("What it had not sent is lost too." in text for text in window.texts())
        await window.tap("Yes, report it")
        await until_ended(phone)
        await window.until("Reported lost")
    assert other(phone).lost_at and other(phone).revoked_at


async def test_a_device_given_away_is_ended_and_the_question_names_it(
    phone: Phone, tablet: Phone, open_at: Open
) -> None:
    await phone.sync()
    async with open_at(phone.app, "/me/devices") as window:
        await window.tap("End access")
        assert f"End access for {other(phone).label}?" in window.texts()
        await window.tap("Leave it as it is")
        assert other(phone).revoked_at is None
        await window.tap("End access")
        await window.tap("Yes, end it")
        await until_ended(phone)
        await window.until("Access ended")
    assert other(phone).revoked_at and not other(phone).lost_at


async def test_without_a_connection_nothing_is_claimed(
    phone: Phone, tablet: Phone, wire: Wire, open_at: Open
) -> None:
    await phone.sync()
    wire.up = False
    async with open_at(phone.app, "/me/devices") as window:
        await window.tap("End access")
        await window.tap("Yes, end it")
        await window.until("There is no connection")
    assert other(phone).revoked_at is None


async def test_one_that_holds_somebody_else_s_record_is_the_clinic_s_to_end(
    phone: Phone, tablet: Phone, open_at: Open
) -> None:
    await tablet.enrol("marcus")
    await phone.sync()
    async with open_at(phone.app, "/me/devices") as window:
        await window.tap("End access")
        await window.tap("Yes, end it")
        await window.until("Your clinic can end it")


async def test_this_device_and_an_ended_one_offer_nothing(phone: Phone, open_at: Open) -> None:
    async with open_at(phone.app, "/me/devices") as window:
        shown = window.texts()
        assert any(text.endswith("(this one)") for text in shown) and "End access" not in shown
