"""Several people on one device, one open record at a time: whose app the windows show, and going over to another's."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from filelock import FileLock

from app import settings
from app.context import App
from app.core.errors import AppError
from app.people import FIRST, Member, People, has_record, place_of
from app.store.hold import hold

MakeApp = Callable[[Path], App]
Scene = Literal["", "choose", "name"]
SHARED = ("language", "text_scale", "theme", "contrast", "motion")


class Household:
    """The app in view, and the people who share this device. Going over to another record locks this one first.

    Without `people` it is one app alone: nobody else is listed or can be added. `scene` is what stands in place of the
    lock screen: "choose" whose record, or "name" somebody new. `turn` grows with every change of record. `arrived` is
    true from the moment another record than the last one was opened until `settle`.
    """

    def __init__(self, app: App, people: People | None = None, make: MakeApp | None = None) -> None:
        self.app, self.people = app, people
        self.id, self.turn, self.arrived = FIRST, 0, False
        self.scene: Scene = ""
        self._make = make
        self._held: FileLock | None = None
        self._heard: list[Callable[[], None]] = []
        self._stop: Callable[[], None] = lambda: None

    # --- questions

    @property
    def can_grow(self) -> bool:
        """Can somebody else be added here?"""
        return self.people is not None

    def members(self) -> tuple[Member, ...]:
        """Everybody with a record on this device."""
        return self.people.members() if self.people else ()

    @property
    def fault(self) -> AppError | None:
        """Why the names on this device cannot be read, if they cannot."""
        return self.people.fault() if self.people else None

    @property
    def is_shared(self) -> bool:
        """Is there more than one of them?"""
        return len(self.members()) > 1

    @property
    def me(self) -> Member | None:
        """Whose record is in view."""
        return next((one for one in self.members() if one.id == self.id), None)

    @property
    def is_empty(self) -> bool:
        """Is a place in view that was made for somebody, and nothing in it yet?"""
        return self.people is not None and self.id != FIRST and not has_record(self.app.folder)

    # --- commands

    def switch(self, id: str) -> None:
        """Lock this record and show the lock of another. Raises StoreBusy when another process has it open."""
        self.app.lock()
        if id != self.id:
            self._enter(id)
        self._show("")

    def choose(self, scene: Scene = "choose") -> None:
        """Lock this record and ask whose to open, or what somebody new is called."""
        self.app.lock()
        self._show(scene)

    def back(self) -> None:
        """The lock of the record in view again."""
        self._show("")

    def add(self, name: str) -> None:
        """Make a place for somebody new and welcome them there. Raises RuleBroken, StoreFull, StoreNewer."""
        if self.people is None:
            return
        looks = {field: getattr(self.app.settings, field) for field in SHARED}
        self.switch(self.people.add(name).id)
        self.app.change_settings(**looks)

    def give_up(self) -> None:
        """Leave a welcome again: an empty place goes, one that holds something stays; then ask whose to open."""
        if self.people and self.is_empty:
            left, app = self.id, self.app
            self._enter(self._somebody(but=left))
            app.leave(lambda: self._take_off(left))
        self.choose("choose" if self.is_shared else "")

    def rename(self, name: str) -> None:
        """Call the person in view by another name here. Raises as `add`."""
        if self.people:
            self.people.rename(self.id, name)
            self._tell()

    def settle(self) -> None:
        """Whose record this is was seen."""
        if self.arrived:
            self.arrived = False
            self._tell()

    def close(self) -> None:
        """Lock, and let go of the folder."""
        self.app.lock()
        self._let_go()

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard` when another record or scene is in view, or a name changed. Returns what stops it."""
        self._heard.append(heard)
        return lambda: self._heard.remove(heard) if heard in self._heard else None

    # --- inside

    def begin(self, id: str, held: FileLock) -> None:
        """Look at this record, which is held already, from the start."""
        self.id, self._held = id, held
        self._follow(self.app)

    def _enter(self, id: str) -> None:
        """Hold the other folder before this one is let go: if that fails, this one stays, locked."""
        assert self.people and self._make
        folder = self.people.home(id)
        held = hold(folder)
        try:
            fresh = self._make(folder)
        except BaseException:
            held.release()
            raise
        self._let_go()
        self.app, self.id, self._held = fresh, id, held
        self.turn, self.arrived = self.turn + 1, False
        self._follow(fresh)

    def _follow(self, app: App) -> None:
        """Notice when this record opens, and when it is erased."""
        self._had = has_record(app.folder)
        self._stop = app.listen(self._notice)

    def _let_go(self) -> None:
        """Nothing of the record in view stays open, even if its passcode is still being tried: it locks again.

        The folder stays held until nothing there is under way any more.
        """
        self._stop()
        self.app.listen(self.app.lock)
        if self._held:
            self.app.leave(self._held.release)

    def _take_off(self, id: str) -> None:
        """Take a place off the list that somebody left again, unless something lies there by now."""
        assert self.people
        self.people.remove(id)
        self._tell()

    def _notice(self) -> None:
        """A try under way when somebody asked for another record comes too late: it locks again."""
        assert self.people
        if self.app.is_open and self.scene:
            self.app.lock()
        elif self.app.is_open:
            self._had = True
            self._opened()
        elif self._had and not has_record(self.app.folder):
            self._had = False
            self._erased(self.id)

    def _opened(self) -> None:
        """Another record than the last one is open: say so. A list that cannot be written keeps nobody out."""
        assert self.people
        if self.id == self.people.last():
            return
        self.arrived = self.is_shared
        with contextlib.suppress(AppError):
            self.people.saw(self.id)
        self._tell()

    def _erased(self, gone: str) -> None:
        """The record in view is gone for good: its line goes too, and who is left is asked.

        One that was reported lost stays in view until its welcome has said so.
        """
        assert self.people
        if self.app.settings.reported_lost:
            return self._show("")
        with contextlib.suppress(AppError):
            if (next_one := self._somebody(but=gone)) != gone:
                self._enter(next_one)
            self.people.remove(gone)
        self._show("choose" if self.is_shared else "")

    def _somebody(self, but: str) -> str:
        """Whose lock to show instead: the last one seen, or anybody, or the place where everything begins."""
        assert self.people
        others = [one.id for one in self.members() if one.id != but]
        last = self.people.last()
        return last if last in others else next(iter(others), FIRST)

    def _show(self, scene: Scene) -> None:
        self.scene = scene
        self._tell()

    def _tell(self) -> None:
        for heard in tuple(self._heard):
            heard()


def alone_or_all(shown: App | Household) -> Household:
    """A household as it is; an app as a household of one."""
    return shown if isinstance(shown, Household) else Household(shown)


def open_household(folder: Path, make: MakeApp, *, exactly: bool = False) -> Household:
    """The household of this profile folder, at the record opened last; `exactly`: at the one that lies in `folder`.

    Raises StoreBusy when another process has that record open.
    """
    whole, asked = place_of(folder)
    people = People(whole)
    leave_no_empty_place(people)
    listed = [one.id for one in people.members()]
    if not exactly and asked == FIRST and listed:
        asked = people.last() if people.last() in listed else listed[0]
    held = hold(people.home(asked))
    try:
        found = Household(make(people.home(asked)), people, make)
    except BaseException:
        held.release()
        raise
    found.begin(asked, held)
    return found


def leave_no_empty_place(people: People) -> None:
    """Take off the list who has no record: a welcome never finished, an erasing cut short. Not one open right now."""
    for one in people.members():
        place = people.home(one.id)
        if has_record(place) or settings.load(place).reported_lost:
            continue
        with contextlib.suppress(AppError):
            hold(place).release()
            people.remove(one.id)
