"""A file was made: what it is called, where it lies if that is known, and what it holds."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.ui.seat import this_words
from app.ui.widgets.buttons import QuietButton
from app.ui.widgets.lists import ListRow, Rows
from app.ui.widgets.notice import Notice
from app.ui.widgets.text import body


def FileMade(
    done: str, name: str, where: str, holds: str, again: str, start: Callable[[], None]
) -> ft.Control:
    """The news, the file, what it holds, and a button to make another."""
    t = this_words()
    rows = [ListRow(ft.Icons.INSERT_DRIVE_FILE_OUTLINED, name, t("backup.name"))]
    rows += [ListRow(ft.Icons.FOLDER_OUTLINED, where, t("backup.where"))] if where else []
    more = ft.Row([QuietButton(again, lambda: start())], wrap=True)
    return ft.Column([Notice("done", done), Rows(rows), body(holds), more], spacing=16, tight=True)
