"""The text twin of a picture: the same numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.ui.seat import this_look
from app.ui.widgets.lists import Rows
from app.ui.widgets.text import body, small

CELL = 110


def _cells(cells: Sequence[str], header: bool) -> ft.Control:
    parts = [
        ft.Container(small(cell, strong=True) if header else body(cell), expand=True, padding=2)
        for cell in cells
    ]
    row = ft.Row(list(parts), spacing=12, vertical_alignment=ft.CrossAxisAlignment.START)
    held = ft.Container(row, padding=ft.Padding.symmetric(vertical=8, horizontal=16))
    if header:
        held.bgcolor = this_look().palette.tint
    return ft.MergeSemantics(held)


def _stacked(headers: Sequence[str], cells: Sequence[str]) -> ft.Control:
    lines: list[ft.Control] = []
    for header, cell in zip(headers, cells, strict=True):
        lines += [small(header), body(cell)]
    held = ft.Container(
        ft.Column(lines, spacing=2, tight=True), padding=ft.Padding.symmetric(vertical=12, horizontal=16)
    )
    return ft.MergeSemantics(held)


def TableTwin(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> ft.Control:
    """A plain table; each row is read as one line. In large text each row stands by itself."""
    if this_look().room / len(headers) < CELL:
        return Rows([_stacked(headers, row) for row in rows])
    return Rows([_cells(headers, True), *(_cells(row, False) for row in rows)])
