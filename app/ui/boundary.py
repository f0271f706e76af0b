"""A part that fails says so in plain words, and the rest of the screen goes on.

Put it under @ft.component, never above it. Without it one failing repaint freezes the whole window.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec

import flet as ft

from app.ui.failures import explain
from app.ui.seat import find_seat
from app.ui.strings import Words

P = ParamSpec("P")
log = logging.getLogger(__name__)


def _apology(error: Exception) -> ft.Control:
    from app.ui.widgets.notice import Notice

    seat = find_seat()
    if seat is None:
        return ft.Text(Words()("failures.unexpected"), key="failed")
    failure = explain(error, seat.words)
    return Notice(failure.kind, failure.text, details=failure.details)


def boundary(draw: Callable[P, ft.Control]) -> Callable[P, ft.Control]:
    """Draw, or say plainly that this part could not be drawn. The error's text is never shown or logged."""

    @functools.wraps(draw)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ft.Control:
        try:
            return draw(*args, **kwargs)
        except Exception as error:
            log.error("%s could not be drawn: %s", draw.__name__, type(error).__name__)
            return _apology(error)

    return guarded
