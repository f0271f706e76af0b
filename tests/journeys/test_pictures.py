"""Every screen in every size, language, text size and theme is photographed, and none is empty or in the wrong words.

The pictures stay in `build/out/pictures` to be looked at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.features import FEATURES
from tests.journeys.conftest import chromium
from tests.journeys.pictures import EMPTY, everything

FOLDER = Path(__file__).resolve().parents[2] / "build" / "out" / "pictures"
SCREENS = (*(feature.name for feature in FEATURES), "result", "gallery")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(not chromium() and not os.environ.get("CI"), reason="no Chromium on this machine")
async def test_every_screen_can_be_looked_at() -> None:
    await everything(FOLDER, some=False)
    sizes = {file.name: file.stat().st_size for file in FOLDER.glob("*.png")}
    for screen in SCREENS:
        mine = {name: size for name, size in sizes.items() if name.endswith(f"-{screen}.png")}
        assert len(mine) == 24 and min(mine.values()) > EMPTY, screen
        assert len({(FOLDER / name).read_bytes() for name in mine}) == 24, (
            f"two looks of {screen} are the same"
        )
