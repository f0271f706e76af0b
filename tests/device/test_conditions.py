"""What a phone's network and battery allow, what holds where it does not tell, and that a change is heard."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import flet as ft
import pytest
from flet import BatteryState, ConnectivityType

from app.device.conditions import Lookout, battery_allows, network_allows, phone_lookout
from tests.device import surroundings
from tests.device.surroundings import Surroundings
from tests.device.test_keystore import ON_PHONE, page

WIFI, MOBILE, VPN, NONE = (ConnectivityType[name] for name in ("WIFI", "MOBILE", "VPN", "NONE"))


@pytest.mark.parametrize(
    ("networks", "online", "metered"),
    [
        (["wifi"], True, False),
        (["ethernet", "vpn"], True, False),
        (["mobile"], True, True),
        (["vpn", "mobile"], True, True),
        (["wifi", "mobile"], True, False),
        (["bluetooth"], True, True),
        (["vpn"], True, False),
        (["other"], True, False),
        (["none"], False, False),
    ],
)
def test_what_a_network_allows(networks: list[str], online: bool, metered: bool) -> None:
    assert network_allows(networks) == {"online": online, "metered": metered}


def test_a_phone_that_names_no_network_says_nothing() -> None:
    assert network_allows([]) == {}


@pytest.mark.parametrize(
    ("level", "state", "saving", "low"),
    [
        (21, "discharging", False, False),
        (20, "discharging", False, True),
        (80, "discharging", True, True),
        (None, "discharging", False, False),
        (None, "unknown", True, True),
        (5, "charging", False, False),
        (5, "full", True, False),
        (5, "connectedNotCharging", False, False),
        (5, "unknown", False, True),
    ],
)
def test_what_a_battery_allows(level: int | None, state: str, saving: bool, low: bool) -> None:
    assert battery_allows(level, state, saving) == {"low": low}


async def seen(phone: Surroundings, **more: Any) -> dict[str, bool]:
    """What one look tells."""
    said: dict[str, bool] = {}
    await Lookout(phone, lambda **now: said.update(now), **more).look()
    return said


async def test_one_look_tells_it_all() -> None:
    phone = Surroundings()
    assert await seen(phone) == {"online": True, "metered": False, "low": False}
    phone.networks, phone.level = (MOBILE,), 12
    assert await seen(phone) == {"online": True, "metered": True, "low": True}


@pytest.mark.parametrize("mood", ["broken", "silent"])
async def test_a_phone_that_does_not_answer_holds_nothing_against_anybody(mood: str) -> None:
    phone = Surroundings()
    phone.mood = mood
    assert await seen(phone, patience=0.02) == {}


async def test_a_change_is_heard_at_once_and_a_slow_one_in_time() -> None:
    phone, said = Surroundings(), asyncio.Queue[dict[str, bool]]()
    lookout = Lookout(phone, lambda **now: said.put_nowait(now), every=0.05)
    watching = asyncio.ensure_future(lookout.watch())
    async with asyncio.timeout(10):
        assert not (await said.get())["metered"]
        phone.change(networks=(VPN, MOBILE))
        while not (await said.get())["metered"]:
            pass
        phone.level = 9  # nobody is told of that
        while not (await said.get())["low"]:
            pass
        phone.change(networks=(NONE,), state=BatteryState.CHARGING)
        while (now := await said.get())["online"] or now["low"]:
            pass
    watching.cancel()


async def test_only_a_phone_is_asked() -> None:
    assert phone_lookout(page("linux"), print, Surroundings(), {}) is None
    assert phone_lookout(page(), print, Surroundings(), ON_PHONE) is not None


def test_the_double_has_the_names_of_the_package() -> None:
    for name in ("Connectivity", "Battery"):
        real, double = getattr(ft, name), getattr(surroundings, name)
        for method in (m for m in vars(double) if not m.startswith("_")):
            assert inspect.iscoroutinefunction(getattr(real, method))
        asked = inspect.signature(getattr(Surroundings, name)).parameters
        assert set(asked) - {"self"} <= set(inspect.signature(real).parameters)
