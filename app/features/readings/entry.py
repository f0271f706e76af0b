"""Logging a measure: the form, what was saved, and calm words where a number may be dangerous."""

from __future__ import annotations

from datetime import datetime

import flet as ft

from app.features.readings.commands import delete_reading
from app.features.readings.form import Form
from app.features.readings.queries import find_logged
from app.features.readings.rules import Logged, alarm, is_fresh
from app.features.readings.screen import say
from app.ui.hooks import boundary, use_action, use_app, use_query, use_words
from app.ui.widgets import HelpButton, LinkButton, Notice


@ft.component
@boundary
def Entry(what: str, unit: str, last: Logged | None) -> ft.Control:
    """The form; once saved, what was saved and the ways back."""
    app, t = use_app(), use_words()
    just, set_just = ft.use_state("")
    one = use_query(lambda: find_logged(app.store, just) if just else None, "reading", "weight", "state")

    def undo() -> None:
        if one:
            delete_reading(app, one)
        set_just("")

    back = use_action(undo)
    if one is None:
        return Form(what, unit, None, last, set_just)
    ways = [
        LinkButton(t("actions.undo"), back.run, ft.Icons.UNDO),
        LinkButton(t("readings.another"), lambda: set_just(""), ft.Icons.ADD),
    ]
    row = ft.Row(list(ways), wrap=True, spacing=12, run_spacing=4)
    parts = [Notice("done", t("readings.saved", amount=say(one)), row), back.notice]
    return ft.Column([part for part in parts if part], spacing=16, tight=True)


def advice(one: Logged | None) -> list[ft.Control]:
    """Calm words about one's newest number, where it may be dangerous and is from the last day."""
    app, t = use_app(), use_words()
    if one is None or not isinstance(one.at, datetime) or not is_fresh(one.at, app.now()):
        return []
    name = alarm(one.what, one.values, one.unit)
    return [Notice("attention", t(f"readings.alarm.{name}", amount=say(one)), HelpButton())] if name else []
