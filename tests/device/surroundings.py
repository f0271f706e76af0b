"""A double of the connectivity and battery services of Flet 1.0.5: names, arguments, answers, and a silence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from flet import BatteryState, ConnectivityType

ON_WIFI = (ConnectivityType.WIFI,)


class Service:
    """One service of a phone, which may be in no mood to answer: `silent` or `broken`."""

    def __init__(self, phone: Surroundings, changed: Callable[[Any], None] | None) -> None:
        self.phone, self.changed = phone, changed

    async def say(self, what: Any) -> Any:
        """Answer as this phone does."""
        if self.phone.mood == "silent":
            await asyncio.sleep(60)
        if self.phone.mood == "broken":
            raise RuntimeError("MissingPluginException")
        return what


class Connectivity(Service):
    """`flet.Connectivity`."""

    async def get_connectivity(self) -> list[ConnectivityType]:
        """The networks in use."""
        found: list[ConnectivityType] = await self.say(list(self.phone.networks))
        return found


class Battery(Service):
    """`flet.Battery`."""

    async def get_battery_level(self) -> int | None:
        """Percent, or None."""
        found: int | None = await self.say(self.phone.level)
        return found

    async def get_battery_state(self) -> BatteryState:
        """Charging or not."""
        found: BatteryState = await self.say(self.phone.state)
        return found

    async def is_in_battery_save_mode(self) -> bool:
        """Does the phone save power?"""
        return bool(await self.say(self.phone.saving))


class Surroundings:
    """The phone's network and battery; also the package that brings the services."""

    def __init__(self) -> None:
        self.networks: tuple[ConnectivityType, ...] = ON_WIFI
        self.level: int | None = 80
        self.state, self.saving, self.mood = BatteryState.DISCHARGING, False, ""
        self.made: list[Service] = []

    def Connectivity(self, on_change: Callable[[Any], None] | None = None) -> Connectivity:
        """Make the service, as the package does."""
        self.made.append(made := Connectivity(self, on_change))
        return made

    def Battery(self, on_state_change: Callable[[Any], None] | None = None) -> Battery:
        """Make the service, as the package does."""
        self.made.append(made := Battery(self, on_state_change))
        return made

    def change(self, **now: Any) -> None:
        """Something of it changes, and the phone says so."""
        for name, value in now.items():
            setattr(self, name, value)
        for service in self.made:
            if service.changed:
                service.changed(None)
