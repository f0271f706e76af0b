"""How a measure went over the last months: a line for each number, a sentence, a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import flet as ft

from app.features.readings.queries import chosen_unit
from app.features.readings.rules import CLINIC, Logged, daily, day_of, is_whole
from app.features.readings.screen import SPAN, say_change
from app.ui.hooks import boundary, use_app, use_words
from app.ui.measured import in_unit, say_amount
from app.ui.widgets import Notice, Section, Trend, small
from sync.fhir.measures import MEASURES, Part, Unit


@ft.component
@boundary
def Course(what: str, found: Sequence[Logged]) -> ft.Control:
    """The last of each day, one's own and the clinic's; a calm word when a weight changed quickly."""
    app, t = use_app(), use_words()
    since = t.today() - timedelta(days=SPAN)
    lately = [one for one in found if is_whole(one) and day_of(one, app.zone) >= since]
    days = daily(lately, app.zone)
    change = say_change([one for one in lately if one.source != CLINIC]) if what == "weight" else ""
    told: list[ft.Control] = [Notice("info", change)] if change else []
    if len(days) < 2:
        return Section(t("readings.course"), *told) if told else ft.Container(visible=False)
    drawn = [line_of(what, part, [one for _, one in days]) for part in MEASURES[what].parts]
    clinics = sum(one.source == CLINIC for _, one in days)
    told += [part for part in drawn if part]
    told += [small(t("readings.with_clinic", count=clinics))] if clinics else []
    return Section(t("readings.course"), *told)


def line_of(what: str, part: Part, found: Sequence[Logged]) -> ft.Control | None:
    """One number over time; None with fewer than two of it."""
    app, t = use_app(), use_words()
    measure = MEASURES[what]
    unit = measure.unit(chosen_unit(app.store, what)) or measure.units[0]
    having = [one for one in found if part.name in one.values and measure.unit(one.unit)]
    if len(having) < 2:
        return None
    points = [(day_of(one, app.zone), plain(part, one, unit)) for one in having]
    values = sorted(having, key=lambda one: plain(part, one, unit))
    low, high, last = (say_part(what, part, one, unit) for one in (values[0], values[-1], having[-1]))
    way = "level" if low == high else "range"
    name = t(f"readings.part.{part.name}" if len(measure.parts) > 1 else f"readings.of.{what}")
    sentence = t(f"readings.course_{way}", what=name, low=low, high=high, last=last)
    shown = "h" if what == "sleep" else (part.unit or unit).name
    return Trend(points, t(f"readings.short.{shown}"), sentence=sentence)


def plain(part: Part, one: Logged, unit: Unit) -> float:
    """A number as the chart shows it; a sleep in hours."""
    of = MEASURES[one.what].unit(one.unit) or unit
    value = in_unit(part, one.values[part.name], of, unit)
    return round(float(value) / 60, 1) if unit.name == "min" else float(value)


def say_part(what: str, part: Part, one: Logged, unit: Unit) -> str:
    """One number in words."""
    t = use_words()
    if part.unit or len(MEASURES[what].parts) > 1:
        return t.quantity(plain(part, one, unit), t(f"readings.short.{(part.unit or unit).name}"))
    return say_amount(what, one.values, one.unit, t, unit.code)
