"""A record left alone locks by itself: after two minutes in the background, after five without a sign of life.

The patient may choose other times.

An app may have several windows and rests as one: a sign of life in any of them counts for all, and it is in the
background only when every one of them is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import flet as ft

BACKGROUND = timedelta(minutes=2)
IDLE = timedelta(minutes=5)
LOOK = 5.0
AWAY = frozenset({ft.AppLifecycleState.HIDE, ft.AppLifecycleState.PAUSE, ft.AppLifecycleState.DETACH})
COVERED = AWAY | {ft.AppLifecycleState.INACTIVE}
PHONES = frozenset({ft.PagePlatform.ANDROID, ft.PagePlatform.IOS})


@dataclass
class Rest:
    """When somebody was last here, and which windows are out of sight since when. By the wall clock: phones sleep."""

    seen_at: datetime
    away: dict[Hashable, datetime | None] = field(default_factory=dict)
    background: timedelta = BACKGROUND
    idle: timedelta = IDLE

    def follow(self, away: int, idle: int) -> None:
        """Lock after so many minutes in the background, and so many without a sign of life."""
        self.background, self.idle = timedelta(minutes=away), timedelta(minutes=idle)

    def poke(self, now: datetime) -> None:
        """Somebody is here."""
        self.seen_at = now

    def enter(self, window: Hashable, now: datetime) -> bool:
        """A window opened; True if nobody was here for too long before it."""
        return self.come_back(window, now)

    def leave(self, window: Hashable, now: datetime) -> None:
        """A window went out of sight."""
        self.away[window] = self.away.get(window) or now

    def come_back(self, window: Hashable, now: datetime) -> bool:
        """A window is in sight again; True if the app was away for too long."""
        due = self.is_due(now)
        self.away[window], self.seen_at = None, now
        return due

    def forget(self, window: Hashable) -> None:
        """A window is gone."""
        self.away.pop(window, None)

    @property
    def in_sight(self) -> bool:
        """Can anybody see the app? As far as is known: yes, until every window said that it is out of sight."""
        return not self.away or None in self.away.values()

    def is_due(self, now: datetime) -> bool:
        """Is it time to lock?"""
        since = list(self.away.values())
        away = bool(since) and all(moment is not None and now - moment >= self.background for moment in since)
        return away or now - self.seen_at >= self.idle


_rests: WeakKeyDictionary[object, Rest] = WeakKeyDictionary()


def rest_of(app: object, now: datetime) -> Rest:
    """The one rest of this app, whichever window asks."""
    return _rests.setdefault(app, Rest(now))


def hides(state: ft.AppLifecycleState, platform: ft.PagePlatform | None) -> bool:
    """Must the screen be covered, because a phone is about to take a picture for its app switcher?"""
    return platform in PHONES and state in COVERED


async def watch(
    rest: Rest, now: Callable[[], datetime], lock: Callable[[], None], every: float = LOOK
) -> None:
    """Look every few seconds, and lock when it is time."""
    while True:
        await asyncio.sleep(every)
        if rest.is_due(now()):
            rest.poke(now())
            lock()
