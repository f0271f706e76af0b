"""What network and battery of a phone allow. Where the phone does not tell, nothing is held against it.

Mobile data, and a connection shared by Bluetooth, count as paid by the byte: Flet has no better sign of it in 1.0.5. A
computer is not asked: it is taken to have a network without a meter and power enough.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.device.keystore import is_phone

PATIENCE = 5.0
EVERY = 300.0
LITTLE = 20
PAID = frozenset({"mobile", "bluetooth"})
FREE = frozenset({"wifi", "ethernet"})
PLUGGED = frozenset({"charging", "full", "connectedNotCharging"})
Tell = Callable[..., None]


def network_allows(kinds: Collection[str]) -> dict[str, bool]:
    """Whether it is online and metered, by the names of the networks; nothing where none is named."""
    found = frozenset(kinds)
    if not found:
        return {}
    return {"online": found != {"none"}, "metered": bool(found & PAID) and not found & FREE}


def battery_allows(level: int | None, state: str, saving: bool) -> dict[str, bool]:
    """Whether power is short: the phone saves it, or a fifth and less is left and it is not plugged in."""
    short = saving or (level is not None and level <= LITTLE)
    return {"low": short and state not in PLUGGED}


class Lookout:
    """Asks the phone's services now and then, and hears when they change. Lives on the page's event loop."""

    def __init__(self, kit: Any, tell: Tell, every: float = EVERY, patience: float = PATIENCE) -> None:
        self.tell, self.every, self.patience = tell, every, patience
        self._turn = asyncio.Event()
        self.connectivity = kit.Connectivity(on_change=self._changed)
        self.battery = kit.Battery(on_state_change=self._changed)

    def _changed(self, _event: Any) -> None:
        self._turn.set()

    async def watch(self) -> None:
        """Look again whenever something changed, and now and then: nobody is told that a battery runs down."""
        while True:
            self._turn.clear()
            await self.look()
            try:
                async with asyncio.timeout(self.every):
                    await self._turn.wait()
            except TimeoutError:
                continue

    async def look(self) -> None:
        """Ask once, and tell what is known."""
        self.tell(**(await self._network() | await self._power()))

    async def _network(self) -> dict[str, bool]:
        try:
            async with asyncio.timeout(self.patience):
                return network_allows([one.value for one in await self.connectivity.get_connectivity()])
        except (RuntimeError, ValueError, TimeoutError):
            return {}

    async def _power(self) -> dict[str, bool]:
        try:
            async with asyncio.timeout(self.patience):
                level = await self.battery.get_battery_level()
                state = (await self.battery.get_battery_state()).value
                return battery_allows(level, state, bool(await self.battery.is_in_battery_save_mode()))
        except (RuntimeError, ValueError, TimeoutError):
            return {}


def phone_lookout(
    page: Any, tell: Tell, kit: Any = None, environment: Mapping[str, str] = os.environ
) -> Lookout | None:
    """The lookout of the phone this window is on; None on computers. To be made while the window draws."""
    if not is_phone(page, environment):
        return None
    if kit is None:
        import flet as kit
    return Lookout(kit, tell)
