"""A code to write down."""

from __future__ import annotations

import flet as ft

from app.ui.look import INSIDE
from app.ui.seat import this_look
from app.ui.widgets.card import Frame
from app.ui.widgets.text import words


def Code(code: str) -> ft.Control:
    """The code in large groups; a screen reader spells it."""
    look = this_look()
    role = "number" if look.scale < 1.5 else "title"
    groups = [words(group, role, strong=True) for group in code.split("-")]
    row = ft.Row(list(groups), wrap=True, spacing=look.px(20), run_spacing=INSIDE)
    spelled = ", ".join(" ".join(group) for group in code.split("-"))
    return Frame(ft.Semantics(content=row, label=spelled, exclude_semantics=True), 16)
