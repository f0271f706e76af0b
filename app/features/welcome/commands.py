"""Joining the clinic, and opening the record."""

from __future__ import annotations

from app.context import App


async def join(app: App, server: str, code: str, passcode: str) -> None:
    """Join the clinic at this address. Raises a SyncError, or WeakPasscode; a second try keeps the passcode."""
    await app.enrol(server, code, passcode)


async def open_record(app: App, passcode: str) -> None:
    """Open the record on this device. Raises a VaultError or a StoreError."""
    await app.unlock(passcode)


def choose_language(app: App, language: str) -> None:
    """Speak this language from now on."""
    app.change_settings(language=language)


def choose_size(app: App, scale: float) -> None:
    """Write this large from now on."""
    app.change_settings(text_scale=scale)
