"""Every screen in both languages, with and without a record, also in large text: none fails, none is blank."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import App
from tests.features.conftest import Chart, fill
from tests.harness import Window

ROUTES = (
    "/today",
    "/health",
    "/health/search",
    "/health/list/result",
    "/health/list/reading",
    "/health/list/condition",
    "/health/timing",
    "/health/timing/imaging",
    "/health/file/none/0",
    "/cards",
    "/cards/none",
    "/cards/none/code",
    "/mood",
    "/mood/note/none",
    "/readings",
    "/readings/pressure",
    "/readings/weight",
    "/readings/pain",
    "/readings/sleep",
    "/readings/none",
    "/readings/weight/none",
    "/learn",
    "/learn/none",
    "/waiting",
    "/me",
    "/me/about",
    "/me/keys",
    "/me/backup",
    "/me/devices",
    "/take",
    "/take/none",
    "/welcome",
)
FAILED = ("This did not work", "Esto no funcionó")


@pytest.mark.parametrize("full", [True, False], ids=["full", "empty"])
@pytest.mark.parametrize(("language", "scale"), [("en", 1.0), ("es", 2.0)])
async def test_every_screen_shows(
    empty_app: App, chart: Chart, open_at: Callable[..., Window], language: str, scale: float, full: bool
) -> None:
    if full:
        fill(chart)
    empty_app.change_settings(language=language, text_scale=scale)
    async with open_at(empty_app) as window:
        for route in ROUTES:
            await window.go(route)
            texts = window.texts()
            assert len(texts) > 5, route
            assert not any(text.startswith(FAILED) for text in texts), route


async def test_the_lock_shows_nothing_of_the_record(
    app_with_record: App, open_at: Callable[..., Window]
) -> None:
    async with open_at(app_with_record) as window:
        assert "Good morning, Rosa" in window.texts()
        await window.go("/me")
        await window.tap("Lock now")
        shown = " ".join(window.texts())
        assert "Your record is locked" in shown
        assert not any(word in shown for word in ("Rosa", "RM", "Lee", "A1c", "Riverside"))
