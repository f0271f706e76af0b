"""Specialty profiles: which sections stand where. Data in assets/profiles; adding one touches no Python file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"


@dataclass(frozen=True)
class SpecialtyProfile:
    """The sections on the phone's tab bar and the desktop's rail, and the order of Today's cards."""

    name: str
    tabs: tuple[str, ...]
    rail: tuple[str, ...]
    today: tuple[str, ...]
    words: dict[str, str] = field(default_factory=dict)


def load_specialty(name: str = "primary-care") -> SpecialtyProfile:
    """The profile of this name from assets/profiles."""
    found = json.loads((ASSETS / "profiles" / f"{name}.json").read_text())
    lists = {key: tuple(found[key]) for key in ("tabs", "rail", "today")}
    return SpecialtyProfile(name=found["name"], words=found.get("words", {}), **lists)
