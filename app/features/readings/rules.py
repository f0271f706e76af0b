"""What readings mean: numbers as typed, a question where one is unlikely, calm words where one may be dangerous.

The limits of ALARMS are not ours:
- 180 over 120: American Heart Association, "When to call 911 about high blood pressure"
  (heart.org/en/health-topics/high-blood-pressure/understanding-blood-pressure-readings).
- 54 mg/dL: American Diabetes Association, Standards of Care, level 2 hypoglycemia (doi.org/10.2337/dc24-S006); what to
  do is CDC's rule of 15 (cdc.gov/diabetes/treatment/treatment-low-blood-sugar-hypoglycemia.html).
- 300 mg/dL: CDC, "Diabetic ketoacidosis" (cdc.gov/diabetes/about/diabetic-ketoacidosis.html).
- 90 %: Mayo Clinic, "Hypoxemia" (mayoclinic.org/symptoms/hypoxemia/basics/definition/sym-20050930).
- 39.4 °C, 103 °F: American College of Emergency Physicians (emergencyphysicians.org/article/know-when-to-go/fever).
- 35 °C, 95 °F: CDC (cdc.gov/natural-disasters/psa-toolkit/stay-alert-for-hypothermia.html).
For low blood pressure, heart rate, weight and pain we know no number that holds for everybody, so there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction

from sync.fhir.measures import MEASURES, Measure, convert, to_own

NUMBER = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?")
THOUSANDS = re.compile(r"\d{1,3}([.,]\d{3})+")
WEEK = 7
QUICK = 2_000  # grams within a week: worth a word to the clinic
ODD = Fraction(15, 100)  # of the weight within a week: more likely a slip or the wrong unit
FRESH = timedelta(days=1)  # what to do now is not said of last week
OWN, OLD, CLINIC = "own", "old", "clinic"
Values = Mapping[str, Decimal]
ALARMS: Mapping[str, Sequence[tuple[str, str, str, Fraction]]] = {
    "pressure": (
        ("pressure_high", "systolic", ">=", Fraction(180)),
        ("pressure_high", "diastolic", ">=", Fraction(120)),
    ),
    "glucose": (
        ("glucose_low", "value", "<", Fraction(54)),
        ("glucose_high", "value", ">=", Fraction(300)),
    ),
    "oxygen": (("oxygen_low", "value", "<", Fraction(90)),),
    "temperature": (
        ("fever", "value", ">=", Fraction("39.4")),
        ("cold", "value", "<", Fraction(35)),
    ),
}


@dataclass(frozen=True)
class Logged:
    """Something measured, wherever it came from: a reading, a weight of an earlier version, or the clinic's own."""

    id: str
    what: str
    values: Values
    unit: str
    at: date | datetime
    source: str = OWN
    note: str = ""

    @property
    def order(self) -> datetime:
        """When it was, comparable; a day without a time counts as its noon."""
        if isinstance(self.at, datetime):
            return self.at.astimezone(UTC)
        return datetime.combine(self.at, time(12), UTC)


@dataclass(frozen=True)
class Change:
    """How many grams up or down (below zero), within how many days; `odd` when a slip is more likely."""

    grams: int
    days: int
    odd: bool = False


def slots(what: str) -> tuple[str, ...]:
    """The fields that somebody types into: one for each part, or hours and minutes."""
    return ("hours", "minutes") if what == "sleep" else tuple(part.name for part in MEASURES[what].parts)


def typed_again(what: str, values: Values) -> dict[str, str]:
    """What stands in the fields when numbers are to be changed."""
    if what == "sleep":
        hours, minutes = divmod(values["value"], 60)
        return {"hours": f"{hours:f}", "minutes": f"{minutes:f}"}
    return {name: f"{value:f}" for name, value in values.items()}


def as_shown(logged: Logged, unit: str) -> Logged:
    """What an earlier version kept in grams, in the unit that is shown; anything else as it was typed."""
    measure = MEASURES[logged.what]
    of, to = measure.unit(logged.unit), measure.unit(unit)
    if logged.source != OLD or of is None or to is None:
        return logged
    value = convert(logged.values["value"], of, to)
    return replace(logged, values={"value": round(value, to.places)}, unit=unit)


def read_number(text: str, thousands: bool = False) -> Decimal | None:
    """A typed number as it is; a comma may stand for the point, or part the thousands where only those make sense."""
    typed = text.strip()
    if thousands and THOUSANDS.fullmatch(typed):
        return Decimal(re.sub(r"[.,]", "", typed))
    found = NUMBER.fullmatch(typed)
    return Decimal(f"{found[1]}.{found[2]}" if found[2] else found[1]) if found else None


def read_values(what: str, typed: Mapping[str, str]) -> tuple[dict[str, Decimal], dict[str, str]]:
    """The numbers by part, and by part the key of what is wrong with it."""
    if what == "sleep":
        return read_sleep(typed)
    values, wrong = {}, {}
    for part in MEASURES[what].parts:
        text = typed.get(part.name, "")
        number = read_number(text, what == "steps")
        if number is not None:
            values[part.name] = number
        elif text.strip() or not part.optional:
            wrong[part.name] = "not_a_number"
    return values, wrong


def read_sleep(typed: Mapping[str, str]) -> tuple[dict[str, Decimal], dict[str, str]]:
    """Hours and minutes, either may be left out, as minutes."""
    given = {name: typed.get(name, "").strip() for name in ("hours", "minutes")}
    if not any(given.values()):
        return {}, {"hours": "not_a_number"}
    read = {name: read_number(text or "0") for name, text in given.items()}
    wrong = {name: "not_a_number" for name, number in read.items() if number is None}
    hours, minutes = read["hours"], read["minutes"]
    if wrong or hours is None or minutes is None:
        return {}, wrong
    return {"value": hours * 60 + minutes}, {}


def doubt(what: str, values: Values, unit: str, last: Values | None = None, last_unit: str = "") -> str:
    """Why somebody is asked once whether these numbers are right: "crossed", "unlikely", "jump", or "" for no doubt.

    `last` is the newest of the days before, of a weight: twice the weight in a week is rather the other unit.
    """
    if "systolic" in values and values["systolic"] <= values.get("diastolic", Decimal(0)):
        return "crossed"
    own = in_own(MEASURES[what], values, unit)
    for part in MEASURES[what].parts:
        low, high = part.likely
        if part.name in own and not low <= own[part.name] <= high:
            return "unlikely"
    if what == "weight" and last:
        before = in_own(MEASURES[what], last, last_unit)["value"]
        return "jump" if abs(own["value"] - before) > before * ODD else ""
    return ""


def alarm(what: str, values: Values, unit: str) -> str:
    """Which calm words to show with these numbers, or none. Never a diagnosis."""
    own = in_own(MEASURES[what], values, unit) if what in MEASURES else {}
    for name, part, sign, limit in ALARMS.get(what, ()):
        if part in own and (own[part] >= limit if sign == ">=" else own[part] < limit):
            return name
    return ""


def in_own(measure: Measure, values: Values, unit: str) -> dict[str, Fraction]:
    """The numbers in the measure's own unit, exactly; none where the unit is unknown."""
    of = measure.unit(unit)
    units = {part.name: part.unit or of for part in measure.parts}
    return {name: to_own(value, one) for name, value in values.items() if (one := units.get(name))}


def is_whole(logged: Logged) -> bool:
    """Does this version know the measure and the unit, and has it every number that it needs?"""
    measure = MEASURES.get(logged.what)
    needed = [part.name for part in measure.parts if not part.optional] if measure else []
    return measure is not None and bool(measure.unit(logged.unit)) and set(needed) <= set(logged.values)


def is_fresh(at: datetime, now: datetime) -> bool:
    """Is it so new that what to do now can be said of it?"""
    return now - at < FRESH


def is_near(logged: Logged, now: datetime) -> bool:
    """Is it from the last week?"""
    return abs(now - logged.order) <= timedelta(days=WEEK)


def day_of(logged: Logged, zone: tzinfo) -> date:
    """The day on the patient's own calendar."""
    return logged.at.astimezone(zone).date() if isinstance(logged.at, datetime) else logged.at


def daily(found: Iterable[Logged], zone: tzinfo) -> list[tuple[date, Logged]]:
    """The last of each day, oldest first."""
    return sorted({day_of(one, zone): one for one in sorted(found, key=lambda one: one.order)}.items())


def grams(logged: Logged) -> int:
    """A weight in whole grams."""
    return round(in_own(MEASURES["weight"], logged.values, logged.unit)["value"] * 1000)


def quick_change(days: Sequence[tuple[date, int]], today: date) -> Change | None:
    """The last weight, in grams, against the first of the seven days before it; None when small, or long ago."""
    if not days or today - days[-1][0] > timedelta(days=WEEK):
        return None
    last, now = days[-1]
    first, before = next(pair for pair in days if last - pair[0] <= timedelta(days=WEEK))
    if abs(now - before) < QUICK:
        return None
    return Change(now - before, (last - first).days, abs(now - before) > before * ODD)
