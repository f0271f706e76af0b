"""What the patient can do with what waits: take it back, or let go of what was refused."""

from __future__ import annotations

from pathlib import Path

from app.context import App
from app.places import new_file
from app.store import states
from app.store.backup import said_plainly


def undo(app: App, mid: str) -> None:
    """Take back something that waits."""
    states.undo(app.store, mid)


def let_go(app: App, mid: str) -> None:
    """Forget a change that the clinic's computer refused."""
    states.drop(app.store, mid)


def send_again(app: App, mid: str) -> None:
    """Send what was left when this device's access had ended."""
    states.offer_again(app.store, mid)


def keep_words(app: App, text: str, folder: Path) -> Path:
    """Write what the clinic did not take into a new file of this folder. Raises StoreFull, BackupError."""
    today = f"{app.now().astimezone(app.zone):%Y-%m-%d}"
    with said_plainly(), new_file(folder, f"Evenkeel-not-sent-{today}", ".txt") as out:
        out.write_text(text, encoding="utf-8")
        return out


def send_now(app: App) -> None:
    """Try to reach the clinic now."""
    app.wake()
