"""A record left alone locks by itself: after two minutes in the background, after five without a sign of life."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import flet as ft

BACKGROUND = timedelta(minutes=2)
IDLE = timedelta(minutes=5)
LOOK = 5.0
AWAY = frozenset({ft.AppLifecycleState.HIDE, ft.AppLifecycleState.PAUSE, ft.AppLifecycleState.DETACH})
COVERED = AWAY | {ft.AppLifecycleState.INACTIVE}
PHONES = frozenset({ft.PagePlatform.ANDROID, ft.PagePlatform.IOS})


@dataclass
class Rest:
    """When somebody was last here, and since when the app is out of sight. By the wall clock: phones sleep."""

    seen_at: datetime
    away_since: datetime | None = None

    def poke(self, now: datetime) -> None:
        """Somebody is here."""
        self.seen_at = now

    def leave(self, now: datetime) -> None:
        """The app went out of sight."""
        self.away_since = self.away_since or now

    def come_back(self, now: datetime) -> bool:
        """The app is in sight again; True if it was away for too long."""
        due = self.is_due(now)
        self.away_since, self.seen_at = None, now
        return due

    def is_due(self, now: datetime) -> bool:
        """Is it time to lock?"""
        away = self.away_since is not None and now - self.away_since >= BACKGROUND
        return away or now - self.seen_at >= IDLE


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
