"""What the patient can change about the app on this device, and what opens their record."""

from __future__ import annotations

from typing import Any

from app.context import App
from app.core.errors import RuleBroken


def set_up(app: App, **changes: Any) -> None:
    """Change language, text size, theme, contrast, motion, "work offline", or the times after which it locks."""
    app.change_settings(**changes)


def lock_now(app: App) -> None:
    """Close the record until the passcode is given."""
    app.lock()


async def choose_passcode(app: App, old: str, new: str, again: str) -> None:
    """Open with another passcode from now on. Raises a VaultError or RuleBroken."""
    _asked(old)
    if new != again:
        raise RuleBroken("keys.different")
    await app.change_passcode(old, new)


async def make_recovery(app: App, passcode: str) -> str:
    """A new recovery code; an older one opens nothing any more. Raises a VaultError or RuleBroken."""
    _asked(passcode)
    return await app.make_recovery(passcode)


async def trust_computer(app: App, passcode: str, trusted: bool) -> None:
    """Open without the passcode on this computer, or stop that. Raises a VaultError or RuleBroken."""
    _asked(passcode)
    works = await app.trust_device(passcode, trusted)
    app.change_settings(trust=works)
    if trusted and not works:
        raise RuleBroken("keys.computer_failed")


async def renew_key(app: App, passcode: str) -> str:
    """Encrypt the record under a new key. Returns the new recovery code. Raises a VaultError or RuleBroken."""
    _asked(passcode)
    return await app.rotate_key(passcode)


def erase_all(app: App) -> None:
    """Sign out: keys, record and what waits to be sent leave this device. Language and text size stay."""
    app.change_settings(trust=False)
    app.erase()


def _asked(passcode: str) -> None:
    """A forgotten field is no wrong try."""
    if not passcode.strip():
        raise RuleBroken("keys.missing")
