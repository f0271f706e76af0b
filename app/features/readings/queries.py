"""What the screens of readings read: one's own, weights of an earlier version, and the clinic's, side by side."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.features.readings.rules import CLINIC, OLD, OWN, Logged
from app.store import Store, states
from app.store.observed import observed
from sync.fhir.measures import MEASURES, Measure, Part
from sync.fhir.shape import codings, dicts, first, text
from sync.fhir.value import read_number, read_when
from sync.models import Reading, Weight

INDICES = {
    "reading_measured": "docs (scope, body ->> 'what', body ->> 'measured_at') WHERE kind = 'reading'",
    "weight_weighed": "docs (scope, body ->> 'weighed_at') WHERE kind = 'weight'",
}
UNITS, WAS_UNIT = "reading_units", "weight_unit"
OLD_UNITS = {"kg": "kg", "lb": "[lb_av]"}
KINDS = ("reading", "weight", "record")
OBSERVED = """id, body ->> 'when' AS "when", body -> '$.resource.valueQuantity' AS quantity,
    body -> '$.resource.component' AS component"""
SINCE = "datetime(body ->> 'measured_at') >= datetime(?)"


def logged(store: Store, what: str, limit: int) -> list[Logged]:
    """The newest of one measure, newest first, wherever they came from."""
    found = [*_own(store, what, limit), *_clinics(store, what, limit)]
    found += _weights(store, limit) if what == "weight" else []
    return sorted(found, key=lambda one: one.order, reverse=True)[:limit]


def latest(store: Store) -> dict[str, Logged]:
    """The newest of each measure that has any."""
    return {what: found[0] for what in MEASURES if (found := logged(store, what, 1))}


def lately(store: Store, now: datetime, days: int) -> list[Logged]:
    """What the patient logged in the last days, newest first."""
    since = (now - timedelta(days=days)).isoformat()
    readings = store.find(Reading, SINCE, since)
    weights = store.find(Weight, SINCE.replace("measured_at", "weighed_at"), since)
    found = [*map(of_reading, readings), *map(of_weight, weights)]
    return sorted(found, key=lambda one: one.order, reverse=True)


def find_logged(store: Store, id: str) -> Logged | None:
    """One that the patient logged."""
    doc = document(store, id)
    if isinstance(doc, Weight):
        return of_weight(doc)
    return of_reading(doc) if doc else None


def document(store: Store, id: str) -> Reading | Weight | None:
    """The document behind what was logged; None for the clinic's own."""
    return store.get(Reading, id) or store.get(Weight, id)


def chosen_unit(store: Store, what: str) -> str:
    """The unit this device shows and asks for: the usual one in the United States until another is chosen."""
    kept = store.state(UNITS)
    chosen = kept.get(what) if isinstance(kept, dict) else None
    if chosen is None and what == "weight":
        chosen = OLD_UNITS.get(str(store.state(WAS_UNIT)))
    unit = MEASURES[what].unit(str(chosen)) or MEASURES[what].units[0]
    return unit.code


def word_of(store: Store, one: Logged) -> str:
    """How far it has come, as a state word."""
    return states.word_of(store, one.id)


def of_reading(reading: Reading) -> Logged:
    """A reading as it is listed."""
    return Logged(
        reading.id, reading.what, reading.values, reading.unit, reading.measured_at, OWN, reading.note
    )


def of_weight(weight: Weight) -> Logged:
    """A weight that an earlier version logged, in grams whatever was typed."""
    return Logged(weight.id, "weight", {"value": Decimal(weight.grams) / 1000}, "kg", weight.weighed_at, OLD)


def _own(store: Store, what: str, limit: int) -> list[Logged]:
    order = "body ->> 'measured_at' DESC, n DESC"
    return [
        of_reading(one) for one in store.find(Reading, "body ->> 'what' = ?", what, order=order, limit=limit)
    ]


def _weights(store: Store, limit: int) -> list[Logged]:
    order = "body ->> 'weighed_at' DESC, n DESC"
    return [of_weight(one) for one in store.find(Weight, order=order, limit=limit)]


def _clinics(store: Store, what: str, limit: int) -> list[Logged]:
    """What the clinic measured, as far as it has a time and a unit that is known here; Health shows the rest."""
    rows = observed(store, MEASURES[what].codes, OBSERVED, limit=limit)
    return [one for row in rows if (one := of_record(what, row)) is not None]


def of_record(what: str, row: dict[str, Any]) -> Logged | None:
    """The clinic's observation, from the row of a list."""
    measure, (at, _) = MEASURES[what], read_when(row["when"] or "")
    whole, pieces = _piece(row["quantity"]), _piece(row["component"])
    found = {part.name: _quantity(measure, part, whole, pieces) for part in measure.parts}
    values = {name: one[0] for name, one in found.items() if one}
    units = {one[1] for name, one in found.items() if one and name != "pulse"}
    if at is None or len(units) != 1 or any(not found[p.name] for p in measure.parts if not p.optional):
        return None
    return Logged(row["id"], what, values, units.pop(), at, CLINIC)


def _quantity(measure: Measure, part: Part, whole: Any, pieces: Any) -> tuple[Decimal, str] | None:
    """A number of an observation and its unit: its own, or that of the component with the part's code."""
    code = part.coding[0] if part.coding else ""
    having = next((one for one in dicts(pieces) if _has(one, code)), {}) if code else {}
    quantity = first(having.get("valueQuantity") if code else whole)
    number = read_number(quantity.get("value"))
    said = [text(quantity.get("code")), text(quantity.get("unit"))]
    unit = part.unit or next((u for one in said if (u := measure.unit(one))), None)
    return (number, unit.code) if number is not None and unit and not quantity.get("comparator") else None


def _has(piece: dict[str, Any], code: str) -> bool:
    return any(text(coding.get("code")) == code for coding in codings(piece.get("code")))


def _piece(said: str | None) -> Any:
    return json.loads(said, parse_float=Decimal) if said else None
