"""What the patient can do with what waits: take it back, or let go of what was refused."""

from __future__ import annotations

from app.context import App
from app.store import states


def undo(app: App, mid: str) -> None:
    """Take back something that waits."""
    states.undo(app.store, mid)


def let_go(app: App, mid: str) -> None:
    """Forget a change that the clinic's computer refused."""
    states.drop(app.store, mid)


def send_now(app: App) -> None:
    """Try to reach the clinic now."""
    app.wake()
