"""The colours can be read: by arithmetic, in every theme."""

from __future__ import annotations

import pytest

from app.ui.palette import MEANINGS, PALETTES, TEXT_PAIRS, Palette, contrast

THEMES = [pytest.param(palette, id=f"{name}{'+' * strong}") for (name, strong), palette in PALETTES.items()]


def test_contrast_follows_the_standard() -> None:
    assert round(contrast("#000000", "#FFFFFF"), 1) == 21.0
    assert round(contrast("#777777", "#FFFFFF"), 2) == 4.48


@pytest.mark.parametrize("palette", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_every_text_is_seven_to_one(palette: Palette, ink: str, ground: str) -> None:
    assert contrast(getattr(palette, ink), getattr(palette, ground)) >= 7


@pytest.mark.parametrize("palette", THEMES)
def test_borders_of_buttons_and_fields_stand_out(palette: Palette) -> None:
    assert all(contrast(palette.quiet, ground) >= 3 for ground in (palette.paper, palette.surface))


def test_strong_contrast_is_stronger() -> None:
    for theme in ("light", "dark"):
        plain, strong = PALETTES[theme, False], PALETTES[theme, True]
        assert contrast(strong.ink, strong.paper) > contrast(plain.ink, plain.paper)
        assert contrast(strong.line, strong.paper) > contrast(plain.line, plain.paper)


def test_every_meaning_has_ink_and_tint() -> None:
    for palette in PALETTES.values():
        assert all(contrast(*palette.pair(meaning)) >= 7 for meaning in MEANINGS)
