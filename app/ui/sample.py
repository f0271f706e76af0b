"""A stand-in for the app, with one invented person and no record: what the gallery is drawn with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.settings import Settings
from app.specialty import load_specialty
from sync.models import Clinic, Doc, Person

WEDNESDAY = datetime(2026, 6, 3, 13, 12, tzinfo=UTC)
Heard = Callable[..., None]


class Listeners:
    """Who wants to hear."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def listen(self, *asked: Any) -> Callable[[], None]:
        """Hear until stopped; the last argument is called."""
        heard: Heard = asked[-1]
        self.heard.append(heard)
        return lambda: self.heard.remove(heard) if heard in self.heard else None

    def tell(self) -> None:
        """Tell everyone."""
        for heard in tuple(self.heard):
            heard()


class SampleStore(Listeners):
    """A store without a record: three things wait."""

    waiting = 3
    clinic = Clinic(id="elm", name="Elm Street Clinic", phone="555-0100", hours=["Mon–Fri 8:00–17:00"])

    def find(self, model: type[Doc], *where: Any, **more: Any) -> list[Any]:
        """The clinic, if that is what is looked for."""
        return [self.clinic] if model is Clinic else []

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """How many wait; nothing else is ever asked."""
        return [{"n": self.waiting, "needy": 0}]


class SampleLink(Listeners):
    """A connection that is up to date."""

    word, at, work = "up-to-date", WEDNESDAY, None


class SampleApp(Listeners):
    """Everything a widget may ask of the app."""

    is_enrolled, has_record, is_open, locked = True, True, True, False
    scope = "patient:sample"

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.store, self.link = SampleStore(), SampleLink()
        self.settings = Settings().having(**settings)
        self.profile = load_specialty()
        self.zone = ZoneInfo("America/New_York")
        self.person = Person(
            id="rosa", fhir_id="rosa", name="Rosa Marín", given="Rosa", born_on=date(1959, 2, 14)
        )

    def now(self) -> datetime:
        """A Wednesday in June, 9:12 in New York."""
        return WEDNESDAY

    def consider(self, **changes: bool) -> None:
        """A sample talks with nobody."""

    def change_settings(self, **changes: Any) -> None:
        """Change the settings and say so."""
        self.settings = self.settings.having(**changes)
        self.tell()
