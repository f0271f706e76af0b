"""The colours: four themes of one palette, and the arithmetic that proves they can be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Every colour the app may use. A meaning has an ink and the tint it stands on."""

    dark: bool
    paper: str
    surface: str
    ink: str
    quiet: str
    line: str
    accent: str
    on_accent: str
    tint: str
    attention: str
    attention_tint: str
    urgent: str
    urgent_tint: str
    done: str
    done_tint: str
    waiting: str
    waiting_tint: str

    def pair(self, meaning: str) -> tuple[str, str]:
        """The ink and the tint of a meaning: "info", "attention", "urgent", "done" or "waiting"."""
        if meaning == "info":
            return self.accent, self.tint
        return getattr(self, meaning), getattr(self, f"{meaning}_tint")


LIGHT = Palette(
    dark=False,
    paper="#FBF9F6",
    surface="#FFFFFF",
    ink="#1B2430",
    quiet="#48525F",
    line="#DAD5CC",
    accent="#0A5054",
    on_accent="#FFFFFF",
    tint="#E2F0EF",
    attention="#6B4100",
    attention_tint="#FFF1D6",
    urgent="#8A1515",
    urgent_tint="#FDE8E6",
    done="#1A5230",
    done_tint="#E4F2E7",
    waiting="#3B4A6B",
    waiting_tint="#E8ECF5",
)
DARK = Palette(
    dark=True,
    paper="#12171D",
    surface="#1B222B",
    ink="#F1EEE8",
    quiet="#BCC4CE",
    line="#3A4450",
    accent="#86D5D0",
    on_accent="#06282A",
    tint="#15363A",
    attention="#FFD08A",
    attention_tint="#39290A",
    urgent="#FFB9B1",
    urgent_tint="#451A1A",
    done="#A3DFB7",
    done_tint="#163422",
    waiting="#BFCDF0",
    waiting_tint="#242E47",
)
LIGHT_CONTRAST = Palette(
    dark=False,
    paper="#FFFFFF",
    surface="#FFFFFF",
    ink="#000000",
    quiet="#1F2328",
    line="#3D4248",
    accent="#00363A",
    on_accent="#FFFFFF",
    tint="#D5F2F0",
    attention="#452900",
    attention_tint="#FFF3DC",
    urgent="#6B0000",
    urgent_tint="#FFECEA",
    done="#00391A",
    done_tint="#E6F7EA",
    waiting="#1C2A4D",
    waiting_tint="#EBF0FC",
)
DARK_CONTRAST = Palette(
    dark=True,
    paper="#000000",
    surface="#000000",
    ink="#FFFFFF",
    quiet="#E4E7EB",
    line="#AEB4BC",
    accent="#9CF3EC",
    on_accent="#000000",
    tint="#003A3D",
    attention="#FFDFA8",
    attention_tint="#2E1F00",
    urgent="#FFD2CC",
    urgent_tint="#3B0000",
    done="#BFF5CF",
    done_tint="#002B12",
    waiting="#D5E0FF",
    waiting_tint="#10193A",
)
PALETTES = {
    ("light", False): LIGHT,
    ("dark", False): DARK,
    ("light", True): LIGHT_CONTRAST,
    ("dark", True): DARK_CONTRAST,
}
MEANINGS = ("info", "attention", "urgent", "done", "waiting")
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "tint"),
    ("quiet", "paper"),
    ("quiet", "surface"),
    ("accent", "paper"),
    ("accent", "surface"),
    ("accent", "tint"),
    ("on_accent", "accent"),
    *(
        (ink, ground)
        for meaning in ("attention", "urgent", "done", "waiting")
        for ink, ground in (
            (meaning, f"{meaning}_tint"),
            (meaning, "surface"),
            (meaning, "paper"),
            ("ink", f"{meaning}_tint"),
        )
    ),
)


def luminance(colour: str) -> float:
    """The relative luminance of "#RRGGBB" (WCAG 2)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    dim, bright = sorted((luminance(first), luminance(second)))
    return (bright + 0.05) / (dim + 0.05)
