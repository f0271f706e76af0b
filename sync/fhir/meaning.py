"""What a result means in words: where it lies, by how much, and which way it goes. Never a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sync.fhir.value import Measure, Span, say_number

VALUED = ("Observation", "DiagnosticReport")
LITTLE, CLEARLY = Decimal(1), Decimal(2)
TIGHT_LITTLE, TIGHT_CLEARLY = Decimal("0.25"), Decimal("0.5")
EDGE = Decimal("0.05")
STEADY = Decimal("0.03")
TIGHT = {"2823-3", "6298-4", "2951-2", "2947-0", "17861-6", "49765-1"}
"""LOINC of potassium, sodium and calcium: a small distance from the range is not a small matter."""
CRITICAL = {"HH", "LL", "AA", "HU", "LU"}
"""The lab's own flags for a result that cannot wait (HL7 v3 ObservationInterpretation)."""

Said = tuple[str, dict[str, Any]]
"""The end of a key of words, and what fills its holes."""


def say_span(span: Span) -> str:
    """The range as it is written: "4.0–5.6", "≤ 5.6"."""
    if span.low is not None and span.high is not None:
        return f"{say_number(span.low)}–{say_number(span.high)}"
    if span.high is not None:
        return f"≤ {say_number(span.high)}"
    return f"≥ {say_number(span.low)}" if span.low is not None else span.text


def place(measure: Measure, span: Span, code: str = "") -> str:
    """Where a value lies: inside, edge_low, edge_high, or little_, clearly_, far_ with above or below; "" unknown."""
    low, high, value = span.low, span.high, measure.value
    if not span.is_numeric or (low is not None and high is not None and low > high):
        return ""
    if measure.comparator:
        return _place_open(measure, span, code)
    if low is not None and value < low:
        return _distance(low - value, span, code) + "_below"
    if high is not None and value > high:
        return _distance(value - high, span, code) + "_above"
    near = EDGE * (_width(span) if low is not None and high is not None else 0)
    if high is not None and high - value <= near:
        return "edge_high"
    return "edge_low" if low is not None and value - low <= near else "inside"


def _place_open(measure: Measure, span: Span, code: str) -> str:
    """ "Less than" and "more than" say where a value lies only when all it may be lies there."""
    low, high, value = span.low, span.high, measure.value
    if measure.comparator.startswith("<"):
        if low is not None and value <= low and low > 0:
            return _distance(low - value, span, code) + "_below"
        return "inside" if high is not None and value <= high and not (low and low > 0) else ""
    if high is not None and value >= high:
        return _distance(value - high, span, code) + "_above"
    return "inside" if high is None and low is not None and value >= low else ""


def _width(span: Span) -> Decimal:
    """What distance is measured in: the width of the range, or the size of its only end."""
    if span.low is not None and span.high is not None:
        return span.high - span.low
    return abs(span.high if span.high is not None else span.low or Decimal(0))


def _distance(distance: Decimal, span: Span, code: str) -> str:
    width = _width(span)
    tight = code.rpartition("|")[2] in TIGHT
    little, clearly = (TIGHT_LITTLE, TIGHT_CLEARLY) if tight else (LITTLE, CLEARLY)
    if width and distance <= little * width:
        return "little"
    return "clearly" if width and distance <= clearly * width else "far"


def judge(measure: Measure | None, spans: Sequence[Span], code: str = "", critical: bool = False) -> Said:
    """The sentence about a value: its place by distance. What the lab calls critical is never "a little"."""
    if not spans:
        return "no_range", {}
    if len(spans) > 1:
        return "several_ranges", {"ranges": "; ".join(map(_wording, spans))}
    span = spans[0]
    if measure is None or not span.is_numeric:
        return "range_text", {"range": _wording(span)}
    where = place(measure, span, code)
    if critical and where.startswith(("little_", "clearly_")):
        where = "far_" + where.rpartition("_")[2]
    return where or "unclear", {"range": say_span(span)}


def _wording(span: Span) -> str:
    """The range with the lab's own words behind it."""
    return f"{say_span(span)} ({span.text})" if span.is_numeric and span.text else say_span(span)


def trend(points: Sequence[tuple[date, Decimal]]) -> Said | None:
    """Which way a series goes since its first point: up, down, steady; None for fewer than two points."""
    if len(points) < 2:
        return None
    (start, before), (_, now) = points[0], points[-1]
    values = [value for _, value in points]
    spread, size = max(values) - min(values), max(abs(before), abs(now))
    said = {"since": start, "first": say_number(before), "last": say_number(now)}
    if size == 0 or abs(now - before) <= STEADY * size:
        return ("steady" if spread <= 4 * STEADY * size else "back"), said
    return ("up" if now > before else "down"), said
