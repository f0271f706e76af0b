"""Whose record this is, on its lock and its welcome, and the way to somebody else's."""

from __future__ import annotations

import flet as ft

from app.ui.hooks import use_home, use_words
from app.ui.look import BETWEEN
from app.ui.widgets import LinkButton, QuietButton, heading
from app.ui.widgets.person import Mark, my_name


def whose() -> list[ft.Control]:
    """Whose record this is, large, where several people share the device; nothing where it is one."""
    member, name = my_name()
    if member is None or not use_home().is_shared:
        return []
    told = heading(name, 2, expand=True)
    return [ft.MergeSemantics(ft.Row([Mark(member, 56), told], spacing=BETWEEN))]


def somebody_else() -> list[ft.Control]:
    """The way to another record; with one person a quiet offer to add one. Nothing where that cannot be."""
    home, t = use_home(), use_words()
    if not home.can_grow or not (home.is_shared or home.app.vault.exists):
        return []
    if home.is_empty:
        return [ft.Row([QuietButton(t("people.not_now"), lambda: home.give_up())], wrap=True)]
    if home.is_shared:
        other = QuietButton(t("people.someone_else"), lambda: home.choose(), ft.Icons.PEOPLE_OUTLINED)
        return [ft.Row([other], wrap=True)]
    return [ft.Row([LinkButton(t("people.another"), lambda: home.choose("name"))], wrap=True)]
