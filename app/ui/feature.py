"""A patient's task, as the rest of the app sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import flet as ft

Screen = Callable[..., ft.Control]


@dataclass(frozen=True)
class Feature:
    """What a patient's task declares about itself. `find` is where the key "/" goes: a search ready to type into."""

    name: str
    icon: ft.IconData
    routes: tuple[tuple[str, Screen], ...] = ()
    views: Mapping[str, str] = field(default_factory=dict)
    indices: Mapping[str, str] = field(default_factory=dict)
    card: Callable[[], ft.Control] | None = None
    find: str = ""
    kiosk: bool = False


@dataclass(frozen=True)
class Door:
    """What stands before the record: the screens that join a clinic, that unlock, and that ask whose record."""

    welcome: Screen
    lock: Screen
    people: Screen | None = None
