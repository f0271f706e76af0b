"""The way about: paths, and the sections in the order of the clinic's profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import flet as ft

from app.ui.seat import this_seat

if TYPE_CHECKING:
    from app.ui.feature import Feature

HOME = "today"


def clean(path: str) -> str:
    """A path without slashes at its ends and without its question: "/mood/?x=1" is "mood"."""
    return path.split("?")[0].strip("/")


def section_of(path: str) -> str:
    """The section a path belongs to: "health/record/3" is in "health"."""
    return clean(path).split("/")[0] or HOME


def go(path: str) -> None:
    """Show the screen at this path."""
    ft.context.page.navigate(f"/{clean(path)}")


def back() -> None:
    """Show the screen before this one; without one, its section; without that, today."""
    seat = this_seat()
    here = clean(seat.path)
    if seat.trail:
        seat.trail.pop()
    before = seat.trail.pop() if seat.trail else ""
    section = section_of(here)
    go(before or (section if section != here else HOME))


def remember(path: str) -> None:
    """Keep the path just shown, so that `back` knows the way."""
    seat = this_seat()
    if path != seat.path:
        seat.poke()
        seat.typing = False
    seat.path = path
    if clean(path) == section_of(path):
        seat.trail.clear()
    if not seat.trail or seat.trail[-1] != clean(path):
        seat.trail.append(clean(path))


def in_order(features: Sequence[Feature], names: Sequence[str]) -> list[Feature]:
    """The features with these names, in this order; names that nobody has are left out."""
    by_name = {feature.name: feature for feature in features}
    return [by_name[name] for name in names if name in by_name]
