"""A tiny app for tests and pictures: one person, a list of things, no clinic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from app.settings import Settings
from app.specialty import SpecialtyProfile, load_specialty

NOW = datetime(2026, 6, 3, 13, 12, tzinfo=UTC)


class FakeStore:
    """A list of things and who listens."""

    def __init__(self) -> None:
        self.things: list[str] = []
        self.waiting = self.needy = 0
        self.clinic: Any = SimpleNamespace(phone="555-0100", hours=["Mon–Fri 8:00–17:00"])
        self.listeners: list[tuple[frozenset[str], Callable[[frozenset[str]], None]]] = []

    def listen(self, kinds: Iterable[str], heard: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Hear of changes until stopped."""
        entry = (frozenset(kinds), heard)
        self.listeners.append(entry)
        return lambda: self.listeners.remove(entry) if entry in self.listeners else None

    def announce(self, *kinds: str) -> None:
        """Say that these kinds changed."""
        for wanted, heard in tuple(self.listeners):
            if wanted & set(kinds):
                heard(frozenset(kinds) & wanted)

    def add(self, thing: str) -> None:
        """Add a thing and say so."""
        self.things.append(thing)
        self.announce("thing")

    def find(self, model: Any, *where: Any, **more: Any) -> list[Any]:
        """The clinic; nothing else is looked for here."""
        return [self.clinic]

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """The only question asked here: how many wait."""
        return [{"n": self.waiting, "needy": self.needy}]


@dataclass
class FakeLink:
    """A connection that says what it is told."""

    word: str = "up-to-date"
    at: datetime | None = NOW
    work: Any = None
    heard: list[Callable[[], None]] = field(default_factory=list)

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Hear of changes until stopped."""
        self.heard.append(heard)
        return lambda: self.heard.remove(heard) if heard in self.heard else None

    def say(self, word: str, work: Any = None) -> None:
        """Change the word and the work, and tell."""
        self.word, self.work = word, work
        for heard in tuple(self.heard):
            heard()


class FakeApp:
    """What the shell and the widgets ask of an app."""

    def __init__(self, **settings: Any) -> None:
        self.store, self.link = FakeStore(), FakeLink()
        self.settings = Settings().having(**settings)
        self.profile: SpecialtyProfile = load_specialty()
        self.zone: tzinfo = ZoneInfo("America/New_York")
        self.scope = "patient:1"
        self.person: Any = SimpleNamespace(name="Rosa Marín", given="Rosa", born_on=date(1959, 2, 14))
        self.is_enrolled, self.is_open, self.locked = True, True, False
        self.heard: list[Callable[[], None]] = []

    @property
    def has_record(self) -> bool:
        """There is something to show."""
        return self.is_enrolled

    def now(self) -> datetime:
        """A Wednesday in June, 9:12 in New York."""
        return NOW

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Hear of lock and settings until stopped."""
        self.heard.append(heard)
        return lambda: self.heard.remove(heard) if heard in self.heard else None

    def tell(self) -> None:
        """Say that lock or settings changed."""
        for heard in tuple(self.heard):
            heard()

    def change_settings(self, **changes: Any) -> None:
        """Change the settings and say so."""
        self.settings = self.settings.having(**changes)
        self.tell()

    def lock(self) -> None:
        """Lock."""
        self.locked, self.is_open = True, False
        self.tell()

    def wake(self) -> None:
        """Nothing to ask."""

    def consider(self, **changes: bool) -> None:
        """Remember what the device allows."""
        self.allows = getattr(self, "allows", {}) | changes

    def stop_work(self) -> None:
        """The person stops the long work."""
        self.link.say("stopped", self.link.work)

    def go_on(self) -> None:
        """The person goes on with it."""
        self.link.say("working", self.link.work)


__all__ = ["NOW", "FakeApp", "FakeLink", "FakeStore", "replace"]
