"""What the eye of this person needs: palette, text size, width and motion, with all measures derived from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import flet as ft

from app.ui.palette import PALETTES, Palette

INSIDE = 8
BETWEEN = 16
AROUND = 24
RADIUS = 12
TARGET = 48
ROW = 72
READING = 640
LIST = 360
FULL = 10_000  # as wide as the parent allows
REGULAR = "Noto Sans"
STRONG = "Noto Sans SemiBold"
FALLBACKS = {
    REGULAR: ["Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari"],
    STRONG: ["Noto Sans Arabic SemiBold", "Noto Sans Hebrew SemiBold", "Noto Sans Devanagari SemiBold"],
}
SIZES = {"body": 16, "small": 14, "card": 20, "title": 26, "number": 40}


@dataclass(frozen=True)
class Look:
    """The tokens, scaled to the patient's text size and the window's width."""

    palette: Palette
    scale: float = 1.0
    width: float = 390
    motion: bool = True

    @property
    def room(self) -> float:
        """The width that is left once larger text is taken into account."""
        return self.width / self.scale

    @property
    def kind(self) -> Literal["phone", "desktop"]:
        """Tab bar at the foot, or a rail at the side."""
        return "phone" if self.room < 600 else "desktop"

    @property
    def two_panes(self) -> bool:
        """Is there room for a list and its detail side by side?"""
        return self.room >= 1000

    @property
    def around(self) -> int:
        """The space around a page."""
        return AROUND if self.room >= 360 else BETWEEN

    @property
    def reading(self) -> float:
        """The widest that text may run."""
        return READING * min(self.scale, 1.5)

    def size(self, name: str) -> float:
        """The size of a text role in pixels."""
        return round(SIZES[name] * self.scale, 1)

    def px(self, pixels: float) -> float:
        """A measure that grows with the text."""
        return round(pixels * self.scale, 1)

    def glyph(self, pixels: float = 24) -> float:
        """The size of an icon: it grows with the text, but less."""
        return round(pixels * min(self.scale, 1.5), 1)

    def style(
        self, role: str = "body", *, strong: bool = False, colour: str | None = None, height: float = 1.4
    ) -> ft.TextStyle:
        """The text style of a role."""
        family = STRONG if strong else REGULAR
        return ft.TextStyle(
            size=self.size(role),
            height=height,
            font_family=family,
            font_family_fallback=FALLBACKS[family],
            color=colour or self.palette.ink,
            letter_spacing=0,
            weight=ft.FontWeight.W_600 if strong else ft.FontWeight.W_400,
        )

    @property
    def fade(self) -> int:
        """How long a change takes to show, in milliseconds."""
        return 150 if self.motion else 0


def choose_palette(theme: str, contrast: bool, dark_outside: bool) -> Palette:
    """The palette for the patient's choice; "system" follows the device."""
    dark = dark_outside if theme == "system" else theme == "dark"
    return PALETTES["dark" if dark else "light", contrast]
