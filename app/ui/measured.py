"""What a reading says in words, on screens and on paper: "128/81 mmHg", "7 h 30 min", "80.5 kg"."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sync.fhir.measures import MEASURES, Measure, Part, Unit, convert

if TYPE_CHECKING:
    from app.ui.strings import Words

MOST_PLACES = -2


def say_name(what: str, t: Words) -> str:
    """What was measured, as people call it; a measure of a later version by its own name."""
    return t(f"readings.of.{what}") if what in MEASURES else what


def say_amount(what: str, values: Mapping[str, Decimal], unit: str, t: Words, shown: str = "") -> str:
    """The numbers with their unit; `shown` is the UCUM code of the unit they are wanted in."""
    measure = MEASURES.get(what)
    of = measure.unit(unit) if measure else None
    needed = {part.name for part in measure.parts if not part.optional} if measure else set()
    if measure is None or of is None or not needed <= set(values):
        return t.quantity(" / ".join(f"{value:f}" for value in values.values()), unit)
    to = measure.unit(shown) or of
    found = {part: in_unit(part, values[part.name], of, to) for part in measure.parts if part.name in values}
    return say_parts(what, measure, found, to, t)


def say_parts(what: str, measure: Measure, found: Mapping[Part, Decimal], unit: Unit, t: Words) -> str:
    """Numbers that are in the unit they are shown in."""
    own = [value for part, value in found.items() if part.unit is None]
    others = [
        t("readings.pulse_of", amount=say_one(value, part.unit, t))
        for part, value in found.items()
        if part.unit
    ]
    if what == "sleep":
        return say_minutes(own[0] * (60 if unit.name == "h" else 1), t)
    said = "/".join(t.number(value) for value in own)
    return ", ".join([t.quantity(said, t(f"readings.short.{unit.name}")), *others])


def say_one(value: Decimal, unit: Unit, t: Words) -> str:
    """One number with its unit."""
    return t.quantity(value, t(f"readings.short.{unit.name}"))


def say_minutes(minutes: Decimal, t: Words) -> str:
    """A time span: "7 h 30 min"."""
    hours, rest = divmod(int(minutes.to_integral_value(ROUND_HALF_UP)), 60)
    return t.quantity(t("readings.hours", hours=hours, minutes=rest))


def in_unit(part: Part, value: Decimal, of: Unit, to: Unit) -> Decimal:
    """A number in the unit it is shown in: as it was typed, where that is the same."""
    found = value if part.unit else convert(value, of, to)
    if int(found.as_tuple().exponent) < MOST_PLACES:  # a server's 81.43728
        places = (part.unit or to).places
        found = found.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return found
