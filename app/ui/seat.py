"""Where one person sits in front of one window: the app, the words and the look that every part on screen shares.

A seat belongs to a Flet session, so any part can ask for it while it draws and while it answers a tap.
It is no hook: asking inside a condition or a loop is fine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import flet as ft

from app.ui.feature import Feature
from app.ui.look import Look
from app.ui.rest import Rest
from app.ui.strings import Words

if TYPE_CHECKING:
    from app.context import App
    from app.household import Household

Stop = Callable[[], None]
KEY = "evenkeel.seat"


@dataclass(eq=False)
class Seat:
    """What a window knows. `look` and `words` are replaced when the settings or the width change.

    Another record in view gets another seat; the one before lets go of everything. `veils` empty what stands over
    the window while it is covered, and `asked` take questions away: they were about the record as it was then.
    """

    home: Household
    app: App
    look: Look
    words: Words
    rest: Rest
    features: tuple[Feature, ...] = ()
    path: str = "/"
    trail: list[str] = field(default_factory=list)
    typing: bool = False
    alert: Callable[[BaseException | None], None] = lambda error: None
    refit: Callable[[], None] = lambda: None
    cover: Callable[[bool], None] = lambda covered: None
    stops: list[Stop] = field(default_factory=list)
    veils: list[Callable[[bool], None]] = field(default_factory=list)
    asked: list[Stop] = field(default_factory=list)

    @property
    def subject(self) -> tuple[object, object]:
        """What a question on screen is about: the record in view, and this opening of it."""
        app = self.home.app
        return app, app.store if app.is_open else None

    def hide(self, covered: bool) -> None:
        """Cover the window or show it again, with whatever stands over it."""
        self.cover(covered)
        for veil in tuple(self.veils):
            veil(covered)

    def take_back(self) -> None:
        """Take every question away that was not answered."""
        while self.asked:
            self.asked.pop()()

    def poke(self) -> None:
        """Somebody is here: the record need not lock."""
        self.rest.poke(self.app.now())

    def hold(self, stop: Stop) -> Stop:
        """Remember a subscription until it is let go, or until the window closes."""
        self.stops.append(stop)

        def let_go() -> None:
            if stop in self.stops:
                self.stops.remove(stop)
                stop()

        return let_go

    def close(self) -> None:
        """The window is gone: end every subscription."""
        while self.stops:
            self.stops.pop()()


def take_seat(page: ft.Page, seat: Seat) -> None:
    """Give a window its seat."""
    page.session.store.set(KEY, seat)


def find_seat() -> Seat | None:
    """The seat of the window that is drawing or was tapped, if it has one."""
    try:
        seat: Seat | None = ft.context.page.session.store.get(KEY)
    except RuntimeError:
        return None
    return seat


def this_seat() -> Seat:
    """The seat of the window that is drawing or was tapped."""
    seat = find_seat()
    if seat is None:
        raise RuntimeError("this window has no seat yet: draw inside Shell")
    return seat


def this_look() -> Look:
    """The look of this window."""
    return this_seat().look


def this_words() -> Words:
    """The words of this window."""
    return this_seat().words
