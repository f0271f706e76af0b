"""One try to open at a time, what was wrong with the last, and the wait after too many."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from app.core.errors import TooManyTries, WrongCode
from app.ui.failures import explain
from app.ui.hooks import use_look, use_words
from app.ui.look import BETWEEN
from app.ui.widgets import body, glyph


@dataclass(frozen=True)
class Opening:
    """A try to open: under way, or what was wrong with the last one, or how long until the next.

    `last` is that try, to be made again: the command, the app, and what was typed. `trouble` is its error, and stays
    while it is made again.
    """

    run: Callable[..., None]
    forget: Callable[[], None]
    busy: bool
    error: Exception | None
    left: int
    whole: int
    last: tuple[Any, ...] = ()
    trouble: Exception | None = None


def column(*parts: ft.Control) -> ft.Control:
    """Parts under each other, as wide as the sheet."""
    return ft.Column(
        list(parts), spacing=BETWEEN, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )


def Wait(opening: Opening) -> ft.Control:
    """How long until the next try. It counts in sight; a screen reader hears it once."""
    t, look = use_words(), use_look()
    row = ft.Row(
        [
            glyph(ft.Icons.SCHEDULE_OUTLINED, colour=look.palette.attention),
            ft.Container(body(say_wait(opening.left)), expand=True),
        ],
        spacing=12,
    )
    told = t("lock.wait", count=opening.whole)
    return ft.Semantics(content=row, label=told, live_region=True, exclude_semantics=True, key="wait")


def say_wait(seconds: int) -> str:
    """The wait in words: in seconds, or as 4:05 minutes."""
    t = use_words()
    if seconds < 60:
        return t("lock.wait", count=seconds)
    return t("lock.wait_long", time=f"{seconds // 60}:{seconds % 60:02}")


async def tick(seconds: int, count: Callable[[tuple[int, int]], None]) -> None:
    """Count down: how long still, and how long it was at first."""
    until = time.monotonic() + seconds
    while (rest := math.ceil(until - time.monotonic())) > 0:
        count((rest, seconds))
        await asyncio.sleep(min(1.0, until - time.monotonic()))
    count((0, 0))


def use_opening() -> Opening:
    """Starts one try at a time. After too many it counts the seconds until the next."""
    page = ft.context.page
    (busy, error), tell = ft.use_state((False, None))
    (left, whole), count = ft.use_state((0, 0))
    running = ft.use_ref(False)
    counting = ft.use_ref(None)
    last = ft.use_ref(())
    trouble = ft.use_ref(None)

    def stop() -> None:
        if counting.current:
            counting.current.cancel()

    async def try_(command: Callable[..., Awaitable[None]], *given: object) -> None:
        failed: Exception | None = None
        try:
            await command(*given)
        except TooManyTries as wait:
            stop()
            counting.current = page.run_task(tick, int(wait.args[0]), count)
        except Exception as found:
            failed = found
        finally:
            running.current = False
        trouble.current = failed
        tell((False, failed))

    def forget() -> None:
        trouble.current = None
        tell((False, None))

    def run(command: Callable[..., Awaitable[None]], *given: object) -> None:
        if not running.current:
            running.current, last.current = True, (command, *given)
            tell((True, None))
            page.run_task(try_, command, *given)

    ft.use_effect(lambda: None, dependencies=[], cleanup=stop)
    return Opening(run, forget, busy, error, left, whole, last.current, trouble.current)


def say(error: Exception | None) -> str:
    """What a field says about a try that failed."""
    t = use_words()
    if isinstance(error, WrongCode):
        return t("lock.wrong_code")
    return explain(error, t).text if error else ""
