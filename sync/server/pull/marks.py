"""How far a server was pulled from, for each type: a time by its own clock, and the page at which a walk was cut.

A mark moves only when everything up to it is in. Whatever is in doubt leaves it where it is: to ask again costs time,
and importing twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from sync.server.database import Database
from sync.server.tables import pull

OVERLAP_MS = 10 * 60 * 1000
"""Servers stamp a resource before others can find it, and clocks of several nodes differ."""


@dataclass(frozen=True)
class Mark:
    """Everything up to `until_ms` is in. A walk that was cut goes on at `next`; it began at `asof_ms`.

    One of which something was refused has no `next`, nor has one whose copies follow at its end: those begin anew, so
    that nothing which the walk knew is forgotten.
    """

    until_ms: int | None = None
    next: str | None = None
    asof_ms: int | None = None

    def since(self) -> str | None:
        """What to ask for as `_lastUpdated=ge…`; None for everything."""
        if self.until_ms is None:
            return None
        moment = datetime.fromtimestamp((self.until_ms - OVERLAP_MS) / 1000, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def reached(self, whole: bool) -> Mark:
        """The walk is at its end: on to when it began, if all of it is in and the server said when that was."""
        return Mark(self.asof_ms if whole and self.asof_ms is not None else self.until_ms)


class Marks:
    """The marks of one server, for one patient or (empty) for all."""

    def __init__(self, database: Database, server: str, patient: str = "") -> None:
        self.database, self.server, self.patient = database, server, patient

    def get(self, type: str) -> Mark:
        """How far this type is."""
        with self.database.directory() as connection:
            found = connection.execute(sa.select(pull).where(*self._at(type))).first()
        return Mark(found.until_ms, found.next, found.asof_ms) if found else Mark()

    def set(self, type: str, mark: Mark) -> None:
        """Write it down."""
        values = {name: getattr(mark, name) for name in Mark.__dataclass_fields__}
        named = {"server": self.server, "patient": self.patient, "type": type}
        with self.database.directory(write=True) as connection:
            done = connection.execute(sa.update(pull).where(*self._at(type)).values(values))
            if not done.rowcount:
                connection.execute(sa.insert(pull), {**named, **values})

    def _at(self, type: str) -> tuple[sa.ColumnElement[bool], ...]:
        return pull.c.server == self.server, pull.c.patient == self.patient, pull.c.type == type
