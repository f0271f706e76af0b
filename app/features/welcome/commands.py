"""Joining the clinic, and opening the record. Two windows that ask for the same thing do it once."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from app.context import App
from app.core.errors import RuleBroken

_turns: WeakKeyDictionary[App, asyncio.Lock] = WeakKeyDictionary()


async def join(app: App, server: str, code: str, passcode: str) -> None:
    """Join the clinic at this address. Raises a SyncError, or WeakPasscode; a second try keeps the passcode."""
    async with _turn(app):
        if not (app.is_open and app.is_enrolled):
            await app.enrol(server, code, passcode)


async def open_record(app: App, passcode: str) -> None:
    """Open the record on this device. Raises a VaultError or a StoreError."""
    async with _turn(app):
        if not app.is_open:
            await app.unlock(passcode)


async def open_with_computer(app: App) -> None:
    """Open the record with this computer's keystore. Raises RuleBroken when that does not work."""
    async with _turn(app):
        if not app.is_open and not await app.unlock_with_device():
            raise RuleBroken("lock.computer_failed")


async def recover(app: App, code: str, passcode: str) -> None:
    """Open the record with the recovery code; from then on this passcode opens it. Raises a VaultError."""
    async with _turn(app):
        await app.unlock_with_recovery(code, passcode)


def _turn(app: App) -> asyncio.Lock:
    """One at a time, whichever window asks."""
    return _turns.setdefault(app, asyncio.Lock())


def choose_language(app: App, language: str) -> None:
    """Speak this language from now on."""
    app.change_settings(language=language)


def choose_size(app: App, scale: float) -> None:
    """Write this large from now on."""
    app.change_settings(text_scale=scale)
