"""How this device shows the app. Plain JSON beside the vault, so that the lock screen follows it; nothing private."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from app.core.errors import StoreFull

FILE = "settings.json"
LANGUAGES = ("en", "es")
THEMES = ("light", "dark", "system")
SHORTEST, LONGEST = 1, 15


@dataclass(frozen=True)
class Settings:
    """Language, text size (1.0 to 2.0), theme, high contrast, motion, and "work offline".

    The record locks after `lock_away` minutes out of sight and `lock_idle` without a sign of life (1 to 15 each).
    With `trust` the lock screen offers to open it without the passcode, by the system's keystore; with `biometric`
    a phone asks for finger or face before it does.
    `reported_lost` says that the clinic had the record erased, because this device was reported lost.
    """

    language: str = "en"
    text_scale: float = 1.0
    theme: str = "light"
    contrast: bool = False
    motion: bool = True
    offline: bool = False
    lock_away: int = 2
    lock_idle: int = 5
    trust: bool = False
    biometric: bool = False
    reported_lost: bool = False

    def having(self, **changes: Any) -> Settings:
        """A copy with changes, each brought into its range."""
        new = replace(self, **changes)
        return replace(
            new,
            language=new.language if new.language in LANGUAGES else "en",
            theme=new.theme if new.theme in THEMES else "light",
            text_scale=min(max(float(new.text_scale), 1.0), 2.0),
            lock_away=min(max(int(new.lock_away), SHORTEST), LONGEST),
            lock_idle=min(max(int(new.lock_idle), SHORTEST), LONGEST),
            trust=new.trust is True,
            biometric=new.trust is True and new.biometric is True,
            reported_lost=new.reported_lost is True,
        )


def load(folder: Path) -> Settings:
    """The settings in this profile, the defaults where there are none. A field that makes no sense costs that field."""
    try:
        found = json.loads((folder / FILE).read_text())
    except (OSError, ValueError, RecursionError):
        return Settings()
    known = [field.name for field in fields(Settings)]
    said = Settings()
    for name in known if isinstance(found, dict) else ():
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            said = said.having(**{name: found.get(name, getattr(said, name))})
    return said


def save(folder: Path, settings: Settings) -> None:
    """Write the settings as a whole, for this user's eyes. Raises StoreFull; then the old ones are still there."""
    new = folder / (FILE + ".new")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(settings), file)
        os.replace(new, folder / FILE)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise StoreFull() from error
