"""Work that takes a while: how far it is, and a way to stop it. The work itself runs in a thread."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from app.ui.seat import this_seat

Progress = Callable[[int, int], None]
Stop = Callable[[], bool]
Job = Callable[[Progress, Stop], Awaitable[Any]]


@dataclass(frozen=True)
class Work:
    """One piece of work at a time: `run(job, then)` starts it, and `then` gets what it found unless it failed."""

    run: Callable[[Job, Callable[[Any], None]], None]
    stop: Callable[[], None]
    forget: Callable[[], None]
    busy: bool
    share: float | None
    error: Exception | None


def use_work() -> Work:
    """Starts work and follows it. Work whose screen is gone, as when the record locks, is asked to stop."""
    page, seat = ft.context.page, this_seat()
    (busy, share, error), tell = ft.use_state((False, None, None))
    halt = ft.use_ref(None)

    def stop() -> None:
        if halt.current:
            halt.current.set()

    async def follow(job: Job, then: Callable[[Any], None], ended: threading.Event) -> None:
        failed, found = None, None
        try:
            found = await job(shares(lambda part: tell((True, part, None)), ended), ended.is_set)
        except Exception as wrong:
            failed = wrong
        finally:
            halt.current = None
        ended.set()
        tell((False, None, failed))
        if failed is None:
            then(found)

    def run(job: Job, then: Callable[[Any], None]) -> None:
        seat.poke()
        if halt.current is None:
            halt.current = threading.Event()
            tell((True, None, None))
            page.run_task(follow, job, then, halt.current)

    ft.use_effect(lambda: None, dependencies=[], cleanup=stop)
    return Work(run, stop, lambda: tell((False, None, None)), busy, share, error)


def shares(show: Callable[[float], None], ended: threading.Event) -> Progress:
    """A way for a thread to say how far it is; the screen hears of each whole percent once."""
    loop, here = asyncio.get_running_loop(), contextvars.copy_context()
    last = [-1]

    def heard(percent: int) -> None:
        if not ended.is_set():
            show(percent / 100)

    def progress(done: int, total: int) -> None:
        percent = min(100 * done // max(total, 1), 100)
        if percent > last[0]:
            last[0] = percent
            loop.call_soon_threadsafe(heard, percent, context=here.copy())

    return progress
