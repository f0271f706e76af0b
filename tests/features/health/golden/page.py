"""What a result's page says: the line it draws, every sentence in order, and what a screen reader hears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import flet as ft

from app.context import App
from app.features.health import result
from app.main import window
from app.ui.strings import find_words
from app.ui.widgets import number_line
from sync.models import derive_id
from tests.harness import Window
from tests.sight import plain

Seen = dict[str, Any]


@contextmanager
def lines_drawn() -> Iterator[list[Seen]]:
    """The number lines that are drawn inside: where value and range stand, in hundredths of the width."""
    drawn: list[Seen] = []
    original = result.NumberLine

    def draw(
        value: float, low: float | None, high: float | None, unit: str, sentence: str, **more: Any
    ) -> ft.Control:
        where = None if low is None and high is None else asdict(number_line.place(value, low, high))
        if where and where not in drawn:
            drawn.append(
                {key: round(one, 2) if isinstance(one, float) else one for key, one in where.items()}
            )
        return original(value, low, high, unit, sentence, **more)

    result.NumberLine = draw  # type: ignore[assignment]
    try:
        yield drawn
    finally:
        result.NumberLine = original


async def look(app: App, resource: dict[str, Any], language: str) -> Seen:
    """Open a result in this language. The way to ask is on every page, and says nothing of this one."""
    app.change_settings(language=language)
    id = derive_id("record", resource["resourceType"], resource["id"])
    with lines_drawn() as drawn:
        async with Window(window(app)) as seen:
            await seen.go(f"/health/record/{id}")
            texts = seen.texts()
            names = [plain(one.label) for one in seen.find(ft.Semantics) if one.image and one.label]
    begin = texts.index(find_words(language, "status.paused")) + 1
    end = texts.index(find_words(language, "health.show_given"))
    says = [text for text in texts[begin:end] if text != find_words(language, "question.ask")]
    return {"lines": drawn, "says": says, "heard": names}
