"""What a list and a page know of a record: its line, and the resource as the clinic gave it, numbers exact."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sync.fhir.shape import dicts, full_codes
from sync.fhir.value import pressure, read_components, read_measure, read_when, say_measure


@dataclass(frozen=True)
class Line:
    """A record as a list shows it."""

    id: str
    type: str
    category: str
    title: str
    code: str = ""
    when: str = ""
    status: str = ""
    value: str = ""
    unit: str = ""
    dose: str = ""
    seq: int = 0

    @property
    def moment(self) -> date | datetime | None:
        """When it was, if that is known: a day, or a moment on some clock."""
        return read_when(self.when)[0]


@dataclass(frozen=True)
class Entry:
    """An opened record: its line, and the resource as the clinic gave it, numbers exact."""

    line: Line
    resource: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Hit:
    """Something a search found, of whatever kind; a record has its line."""

    id: str
    kind: str
    title: str
    when: str
    about: str
    line: Line | None = None


def read_line(row: dict[str, Any]) -> Line:
    """A line from the row of a list."""
    measure = read_measure(piece(row["quantity"]))
    value, unit = (say_measure(measure), measure.unit) if measure else (row["told"] or "", "")
    if not value:
        value, unit = pressure(list(read_components({"component": piece(row["component"])})))
    names = ("id", "type", "category", "title", "code", "when", "status", "dose")
    return Line(**{name: row[name] or "" for name in names}, value=value, unit=unit, seq=row["seq"] or 0)


def piece(said: str | None) -> Any:
    """A piece of a resource, numbers exact."""
    return json.loads(said, parse_float=Decimal) if said else None


def codes_of(entry: Entry) -> list[str]:
    """Every code of a record, `system|code`: what it is, then its parts, then what it was done or given for."""
    own = ("code", "vaccineCode", "medicationCodeableConcept")
    parts = [part.get("code") for part in dicts(entry.resource.get("component"))]
    asked = [*(entry.resource.get(name) for name in own), *parts, entry.resource.get("reasonCode")]
    named = [entry.line.code] if entry.line.code else []
    return list(dict.fromkeys([*full_codes(*asked[:3]), *named, *full_codes(*asked[3:])]))
