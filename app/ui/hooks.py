"""The bridge from the store to the screen. Nothing else subscribes to the store.

`use_app`, `use_home`, `use_words` and `use_look` may be asked anywhere while drawing. `use_query`, `use_heard`,
`use_typed` and `use_action` keep state: call them at the top of a component, never inside a condition or a loop.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import flet as ft

from app.ui.boundary import boundary
from app.ui.failures import explain
from app.ui.look import Look
from app.ui.seat import Stop, this_seat
from app.ui.strings import Words

if TYPE_CHECKING:
    from app.context import App
    from app.household import Household

__all__ = ["Action", "Typed", "boundary", "use_action", "use_app", "use_covered", "use_heard", "use_home"]
__all__ += ["use_look", "use_query", "use_typed", "use_words"]
T = TypeVar("T")


def use_app() -> App:
    """The app: store, clock, settings."""
    return this_seat().app


def use_home() -> Household:
    """Everybody who shares this device, and whose record is in view. It repaints nothing by itself."""
    return this_seat().home


def use_words() -> Words:
    """The words in the patient's language: t("mood.title", count=3)."""
    return this_seat().words


def use_look() -> Look:
    """The tokens, scaled to the patient's text size and the window's width."""
    return this_seat().look


def use_heard(listen: Callable[[Callable[..., None]], Stop], deps: Sequence[Any] = ()) -> int:
    """Repaint whenever `listen` calls back, from whichever session or thread; gives the count so far."""
    heard, set_heard = ft.use_state(0)
    stop = ft.use_ref(None)
    seat = this_seat()

    def start() -> None:
        loop, here = asyncio.get_running_loop(), contextvars.copy_context()

        def call(*_: Any) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(lambda: set_heard(lambda n: n + 1), context=here.copy())

        stop.current = seat.hold(listen(call))

    def end() -> None:
        if stop.current:
            stop.current()
            stop.current = None

    ft.use_effect(start, dependencies=list(deps), cleanup=end)
    return heard


def use_covered() -> bool:
    """Is the window covered? What stands over it, as a sheet, then shows nothing."""
    covered, tell = ft.use_state(False)
    seat = this_seat()
    stop = ft.use_ref(None)

    def start() -> None:
        seat.veils.append(tell)
        stop.current = seat.hold(lambda: seat.veils.remove(tell))

    def end() -> None:
        if stop.current:
            stop.current()

    ft.use_effect(start, dependencies=[], cleanup=end)
    return bool(covered)


def use_query(read: Callable[[], T], *kinds: str, deps: Sequence[Any] | None = None) -> T:
    """What `read` gives, repainted when one of these kinds changes.

    It reads at every repaint, so the answer is never stale. With `deps` the answer is kept between repaints
    until a kind or a dependency changes.
    """
    store = this_seat().app.store
    heard = use_heard(lambda call: store.listen(kinds, call), deps=[id(store), *kinds])
    kept = ft.use_ref(None)
    if deps is None:
        return read()
    asked = (heard, id(store), *deps)
    if kept.current is None or kept.current[0] != asked:
        kept.current = (asked, read())
    answer: T = kept.current[1]
    return answer


class Typed:
    """What is being typed: read `text` on save; it is never state. `version` grows when the field must change."""

    def __init__(self, initial: str) -> None:
        self.text = initial
        self.value: str | None = initial
        self.version = 0

    def keep(self, event: ft.ControlEvent) -> None:
        """Remember what the field says now."""
        this_seat().poke()
        self.text = event.control.value or ""

    def put(self, text: str = "") -> None:
        """Replace what is typed at the next repaint, as after sending."""
        self.text = text
        self.version += 1


def use_typed(initial: str = "") -> Typed:
    """What is typed into a TextInput. A bare ft.TextField takes `value=typed.value, on_change=typed.keep`."""
    kept = ft.use_ref(None)
    if kept.current is None:
        kept.current = (Typed(initial), 0)
        return kept.current[0]
    typed, shown = kept.current
    typed.value = typed.text if typed.version != shown else None
    kept.current = (typed, typed.version)
    return typed


@dataclass(frozen=True)
class Action:
    """A command ready for a button: `run` does it, `busy` while it lasts, `notice` when it failed."""

    run: Callable[..., None]
    busy: bool
    notice: ft.Control | None


def use_action(command: Callable[..., Any]) -> Action:
    """Make a command safe for a button: one run at a time, and a failure becomes a plain notice."""
    from app.ui.widgets.notice import Notice

    seat, page = this_seat(), ft.context.page
    (busy, failure), tell = ft.use_state((False, None))
    running = ft.use_ref(False)

    def settle(error: Exception | None = None) -> None:
        running.current = False
        tell((False, explain(error, seat.words) if error else None))

    async def wait(answer: Any) -> None:
        try:
            await answer
        except Exception as error:
            settle(error)
        else:
            settle()

    def run(*args: Any) -> None:
        seat.poke()
        if running.current:
            return
        running.current = True
        try:
            answer = command(*(a for a in args if not isinstance(a, ft.Event)))
        except Exception as error:
            return settle(error)
        if not inspect.isawaitable(answer):
            return settle()
        tell((True, None))
        page.run_task(wait, answer)

    notice = Notice(failure.kind, failure.text, details=failure.details) if failure else None
    return Action(run, busy, notice)
