"""What the patient can change about the app on this device."""

from __future__ import annotations

from typing import Any

from app.context import App


def set_up(app: App, **changes: Any) -> None:
    """Change language, text size, theme, contrast, motion, or "work offline"."""
    app.change_settings(**changes)


def lock_now(app: App) -> None:
    """Close the record until the passcode is given."""
    app.lock()
