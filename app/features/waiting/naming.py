"""What the patient calls a thing on its way, and its picture."""

from __future__ import annotations

import flet as ft

from app.features.waiting.queries import Item
from app.ui.hooks import use_words
from app.ui.measured import say_name
from app.ui.routes import in_order
from app.ui.seat import this_seat
from app.ui.widgets.choice import FACES

MOODS = dict(FACES)
FEATURE_OF = {"reading": "readings", "weight": "readings", "taken": "health", "refill": "health"}


def name_of(item: Item) -> str:
    """What the patient calls it."""
    t = use_words()
    if item.kind == "mood" and item.op == "put":
        return t("waiting.kind.mood", face=t(f"mood_faces.{(item.body or {}).get('score', 3)}"))
    if item.op == "delete":
        return t("waiting.kind.delete")
    if item.kind == "reading":
        return t("waiting.kind.reading", what=say_name((item.body or {}).get("what", ""), t))
    key = f"waiting.kind.{item.kind}"
    return t(key if t.has(key) else "waiting.kind.other", title=(item.body or {}).get("title", ""))


def icon_of(item: Item) -> ft.IconData:
    """A picture of what it is."""
    if item.op == "delete":
        return ft.Icons.DELETE_OUTLINE
    found = in_order(this_seat().features, [FEATURE_OF.get(item.kind, item.kind)])
    icon = found[0].icon if found else ft.Icons.DESCRIPTION_OUTLINED
    return MOODS.get((item.body or {}).get("score", 0), icon)
