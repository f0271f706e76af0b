"""What the patient can do with readings: log one, change or delete it, choose the unit."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from app.context import App
from app.core.errors import RuleBroken
from app.features.readings.queries import UNITS, document
from app.features.readings.rules import Logged, Values
from sync.models import Reading, new_id

LONGEST_NOTE = 1000
SLACK = timedelta(minutes=1)


def log_reading(
    app: App, what: str, values: Values, unit: str, at: datetime | None = None, note: str = ""
) -> Reading:
    """Log what was measured, now or at an earlier moment. Raises RuleBroken for a later one and for a long note."""
    now = app.now()
    if at and at > now + SLACK:
        raise RuleBroken("readings.in_future")
    if len(note.strip()) > LONGEST_NOTE:
        raise RuleBroken("readings.note_too_long")
    kept: dict[str, Decimal] = dict(values)
    reading = Reading(
        id=new_id(now), measured_at=at or now, what=what, values=kept, unit=unit, note=note.strip()
    )
    app.store.put(reading)
    return reading


def change_reading(
    app: App, was: Logged, values: Values, unit: str, at: datetime | None, note: str
) -> Reading:
    """Say it otherwise: readings are only added, so a new one takes the place of the old. Raises RuleBroken."""
    fresh = log_reading(app, was.what, values, unit, at, note)
    delete_reading(app, was)
    return fresh


def delete_reading(app: App, logged: Logged) -> None:
    """Take one out, also a weight that an earlier version logged. The clinic's own stay."""
    if doc := document(app.store, logged.id):
        app.take_back(doc)


def choose_unit(app: App, what: str, code: str) -> None:
    """Show and ask for this measure in this unit (UCUM) on this device, from now on."""
    kept = app.store.state(UNITS)
    app.store.keep(**{UNITS: {**(kept if isinstance(kept, dict) else {}), what: code}})
