"""Reads values, usual ranges, flags and dates out of resources, however a server wrote them. Numbers stay exact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sync.fhir.shape import codes, codings, dicts, first, label, text

UNITS = {
    "1": "",
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[degF]": "°F",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "kg/m2": "kg/m²",
}
FLAGS = {"N", "H", "L", "HH", "LL", "HU", "LU", "A", "AA", "POS", "NEG", "I", "R", "S", "IND", "DET", "ND"}
PRESSURE = ("8480-6", "8462-4")
"""LOINC of the upper and the lower blood pressure."""


@dataclass(frozen=True)
class Measure:
    """A number with its unit; the comparator is there when the lab could only say "less than" or "more than"."""

    value: Decimal
    unit: str = ""
    comparator: str = ""


@dataclass(frozen=True)
class Span:
    """The usual range as the lab gave it: an end may be open; `text` where it gave words."""

    low: Decimal | None = None
    high: Decimal | None = None
    text: str = ""

    @property
    def is_numeric(self) -> bool:
        """Does it have at least one end?"""
        return self.low is not None or self.high is not None


@dataclass(frozen=True)
class Finding:
    """One value of an observation: a measure or words, with its usual ranges and the lab's own flags."""

    title: str
    code: str = ""
    measure: Measure | None = None
    told: str = ""
    spans: tuple[Span, ...] = ()
    flags: tuple[tuple[str, str], ...] = ()


def read_number(value: Any) -> Decimal | None:
    """The number in a piece of FHIR, exactly as written."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def read_measure(value: Any) -> Measure | None:
    """The measure in a FHIR Quantity."""
    quantity = first(value)
    number = read_number(quantity.get("value"))
    if number is None:
        return None
    unit = say_unit(text(quantity.get("unit")) or text(quantity.get("code")))
    return Measure(number, unit, text(quantity.get("comparator")))


def say_unit(unit: str) -> str:
    """A unit as people write it: "mm[Hg]" is mmHg, "{beats}/min" is /min."""
    bare = re.sub(r"\{[^}]*\}", "", unit).strip()
    return UNITS.get(bare, bare)


def say_number(value: Decimal) -> str:
    """A number as the lab wrote it; one with needless digits is cut to what can be read."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -3:
        size = abs(value)
        places = Decimal("0.1") if size >= 10 else Decimal("0.01") if size >= 1 else Decimal("0.001")
        value = value.quantize(places) or value.normalize()
    return f"{value:,f}"


def say_measure(measure: Measure) -> str:
    """The number with its comparator in front."""
    sign = {"<=": "≤", ">=": "≥"}.get(measure.comparator, measure.comparator)
    return f"{sign}{say_number(measure.value)}"


def read_spans(resource: dict[str, Any], unit: str = "") -> list[Span]:
    """The usual ranges of an Observation or a component, without those meant for treatment or screening."""
    usual = [item for item in dicts(resource.get("referenceRange")) if _is_usual(item)]
    return list(dict.fromkeys(_span(item, unit) for item in usual))


def _is_usual(item: dict[str, Any]) -> bool:
    return not (kinds := codes(item.get("type"))) or "normal" in kinds


def _span(item: dict[str, Any], unit: str) -> Span:
    low, high = read_measure(item.get("low")), read_measure(item.get("high"))
    said = text(item.get("text"))
    if any(end and end.unit and unit and end.unit != unit for end in (low, high)):
        return Span(text=said or " – ".join(f"{end.value} {end.unit}" for end in (low, high) if end))
    return Span(low.value if low else None, high.value if high else None, said)


def read_flags(resource: dict[str, Any]) -> list[tuple[str, str]]:
    """What the lab itself said of the result: known code (or none), and its words."""
    found = []
    for item in dicts(resource.get("interpretation")):
        code = next((text(c.get("code")) for c in codings(item)), "")
        found.append((code if code in FLAGS else "", label(item) or code))
    return [(code, said) for code, said in found if said]


def read_findings(resource: dict[str, Any], title: str) -> list[Finding]:
    """The values of an observation: its own, then those of its components. A flag on the whole counts as well."""
    own = _finding(resource, title)
    return [*([own] if own.measure or own.told or own.flags else []), *read_components(resource)]


def read_components(resource: dict[str, Any]) -> Iterator[Finding]:
    """The values of the components, such as the two numbers of a blood pressure."""
    for part in dicts(resource.get("component")):
        found = _finding(part, label(part.get("code")))
        if found.measure or found.told:
            yield found


def pressure(parts: Sequence[Finding]) -> tuple[str, str]:
    """Blood pressure as people say it, and its unit: "120/80"."""
    by_code = {part.code: part.measure for part in parts}
    high, low = (by_code.get(code) for code in PRESSURE)
    if not (high and low):
        return "", ""
    return f"{say_number(round(high.value, 0))}/{say_number(round(low.value, 0))}", high.unit


def _finding(part: dict[str, Any], title: str) -> Finding:
    measure = read_measure(part.get("valueQuantity"))
    code = next((text(coding.get("code")) for coding in codings(part.get("code"))), "")
    spans = read_spans(part, measure.unit if measure else "")
    told = "" if measure else _told(part)
    return Finding(title, code, measure, told, tuple(spans), tuple(read_flags(part)))


def _told(part: dict[str, Any]) -> str:
    """A value that is no quantity, in words; yes and no stay "true" and "false" for the screen to say."""
    ratio, between = first(part.get("valueRatio")), first(part.get("valueRange"))
    if ratio:
        return " : ".join(_amount(ratio.get(end)) for end in ("numerator", "denominator"))
    if between:
        return " – ".join(
            said for said in (_amount(between.get("low")), _amount(between.get("high"))) if said
        )
    for key in ("valueCodeableConcept", "valueString", "valueTime", "valueDateTime"):
        if part.get(key):
            return label(part[key])
    if isinstance(part.get("valueBoolean"), bool):
        return str(part["valueBoolean"]).lower()
    number = read_number(part.get("valueInteger"))
    return "" if number is None else say_number(number)


def _amount(value: Any) -> str:
    measure = read_measure(value)
    return f"{say_measure(measure)} {measure.unit}".strip() if measure else ""


def read_when(said: str) -> tuple[date | datetime | None, str]:
    """The moment a FHIR date names, and how exact it is: "year", "month", "day", "time" or ""."""
    pieces = {4: ("-01-01", "year"), 7: ("-01", "month"), 10: ("", "day")}
    ending, exact = pieces.get(len(said), ("", "time"))
    try:
        if exact != "time":
            return date.fromisoformat(said + ending), exact
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None, ""
    return (moment, exact) if moment.tzinfo else (moment.date(), "day")
