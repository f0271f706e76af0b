"""How this device shows the app. Plain JSON beside the vault, so that the lock screen follows it; nothing private."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

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
    With `wipe_if_lost` the clinic may have the record erased when this device is reported lost; `reported_lost` says
    that this happened.
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
    wipe_if_lost: bool = True
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
            wipe_if_lost=new.wipe_if_lost is not False,
            reported_lost=new.reported_lost is True,
        )


def load(folder: Path) -> Settings:
    """The settings in this profile; the defaults where there are none or the file makes no sense."""
    try:
        found = json.loads((folder / FILE).read_text())
        known = {field.name for field in fields(Settings)}
        return Settings().having(**{name: value for name, value in found.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError, OverflowError):
        return Settings()


def save(folder: Path, settings: Settings) -> None:
    """Write the settings as a whole. A full disk costs the change, not the app."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = folder / (FILE + ".new")
    try:
        new.write_text(json.dumps(asdict(settings)))
        os.replace(new, folder / FILE)
    except OSError:
        new.unlink(missing_ok=True)
