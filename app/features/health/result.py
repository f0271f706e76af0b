"""A result: its number line, one sentence, the clinician's words, and how it went over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import flet as ft

from app.features.health.commands import see_results
from app.features.health.queries import (
    comments,
    members,
    newest_unseen,
    series,
)
from app.features.health.question import QuestionPart
from app.features.health.rows import record_row, say_when
from app.features.health.rules import Entry
from app.ui.hooks import boundary, use_app, use_query, use_words
from app.ui.routes import go
from app.ui.telling import say_value
from app.ui.widgets import Card, NumberLine, Rows, Section, Trend, body, heading, number
from sync.fhir.meaning import CRITICAL, judge, trend
from sync.fhir.shape import dicts, label
from sync.fhir.value import PRESSURE, Finding, Measure, pressure, read_findings, say_measure, say_number

MOST_TRENDS = 3
SHORT = 12


@ft.component
@boundary
def ResultCard() -> ft.Control:
    """The card on Today: the newest result that was not opened yet."""
    app, t = use_app(), use_words()
    line, others = use_query(lambda: newest_unseen(app.store), "record", "state", deps=[])
    if line is None:
        return ft.Container(visible=False)

    def look() -> None:
        see_results(app)
        go(f"health/record/{line.id}")

    value = f" {t.quantity(line.value, line.unit)}." if line.value else ""
    told = t("health.new_result", title=line.title, when=say_when(line.when), value=value)
    more = f" {t('health.new_more', count=others)}" if others > 0 else ""
    return Card(ft.Icons.SCIENCE_OUTLINED, t("health.new_title"), told + more, on_click=look)


def result_parts(entry: Entry) -> list[ft.Control]:
    """Everything about a result or a reading, in the order people ask."""
    found = sorted(read_findings(entry.resource, entry.line.title), key=lambda one: one.code == PRESSURE[1])
    reading = entry.line.category == "reading"
    named = len(found) > 1 or any(one.title != entry.line.title for one in found)
    parts = whole(found) or [part for one in found for part in finding(one, reading, named)]
    if entry.line.type == "Observation" and not any(one.measure or one.told for one in found):
        parts.append(body(nothing(entry)))
    parts += [*members_part(entry), comment_part(entry)]
    measured = [one for one in found if one.measure]
    parts += [course(entry, one, len(found) > 1) for one in measured[:MOST_TRENDS]]
    return [*parts, QuestionPart(entry, key=f"ask-{entry.line.id}")]


def whole(found: Sequence[Finding]) -> list[ft.Control]:
    """A blood pressure without ranges is one number, as people say it."""
    said, unit = pressure(found)
    if not said or any(one.spans or one.flags for one in found):
        return []
    t = use_words()
    return [
        number(t.quantity(said, unit)),
        body(t("health.pressure")),
        body(t("health.place.no_range_reading")),
    ]


def nothing(entry: Entry) -> str:
    """What is said without a value to show: why, as the lab says; that it is a curve; or where its parts are."""
    t = use_words()
    why = label(entry.resource.get("dataAbsentReason"))
    if why:
        return t("health.no_value_because", why=why)
    pieces = [entry.resource, *dicts(entry.resource.get("component"))]
    if any(key.startswith("value") for piece in pieces for key in piece):
        return t("health.value_not_drawn")
    return t("health.value_in_parts" if entry.resource.get("hasMember") else "health.no_value")


def finding(one: Finding, reading: bool, named: bool) -> list[ft.Control]:
    """One value: its picture and its sentence, or its words; and what the lab itself said of it."""
    t = use_words()
    head: list[ft.Control] = [heading(one.title, 3)] if named else []
    marked = [body(t("health.flagged", word=say_flag(*flag)), strong=True) for flag in one.flags]
    critical = any(code in CRITICAL for code, _ in one.flags)
    key, said = judge(one.measure, one.spans, one.code, critical)
    sentence = t(
        "health.place.no_range_reading" if reading and not one.spans else f"health.place.{key}", **said
    )
    if one.measure:
        return [*head, picture(one, key, sentence), *marked]
    if not one.told:
        return marked
    told = say_value(one.told, t)
    large = number(told) if len(told) <= SHORT else heading(told, 3, role="card")
    return [*head, large, *([body(sentence)] if one.spans else []), *marked]


def picture(one: Finding, key: str, sentence: str) -> ft.Control:
    """The number line where the range has ends that fit the value; else the value alone, large."""
    measure = one.measure or Measure(Decimal(0))
    shown = float(say_number(measure.value).replace(",", ""))
    drawn = key not in ("no_range", "several_ranges", "range_text", "unclear")
    span = one.spans[0] if drawn else None
    low = float(span.low) if span and span.low is not None else None
    high = float(span.high) if span and span.high is not None else None
    return NumberLine(shown, low, high, measure.unit, sentence, written=say_measure(measure))


def say_flag(code: str, said: str) -> str:
    """What the lab called it: in the patient's language where the code is known, else in the lab's own words."""
    return use_words()(f"health.flag.{code}") if code else said


def comment_part(entry: Entry) -> ft.Control:
    """The clinician's words, or that there are none yet."""
    app, t = use_app(), use_words()
    told = comments(app.store, entry)
    rows = [body(t("health.comment", text=text, who=who) if who else text) for text, who in told]
    return Section(t("health.comments"), *(rows or [body(t("health.no_comment"))]))


def members_part(entry: Entry) -> list[ft.Control]:
    """The single results of a report."""
    app, t = use_app(), use_words()
    lines = members(app.store, entry)
    if not lines:
        return []
    rows = [record_row(line, lambda line: go(f"health/record/{line.id}"), dated=False) for line in lines]
    return [Section(t("health.members"), Rows(rows))]


def course(entry: Entry, one: Finding, several: bool) -> ft.Control:
    """How this value went over time, when there is more than one of it."""
    app, t = use_app(), use_words()
    unit = one.measure.unit if one.measure else ""
    code = one.code if several or not entry.resource.get("valueQuantity") else ""
    points = series(app.store, entry, unit, code)
    way = trend(points)
    if way is None:
        return ft.Container(visible=False)
    key, said = way
    since: date = said.pop("since")
    sentence = t(f"health.trend.{key}", since=t.month(since), **said)
    title = t("health.over_time_of", title=one.title) if several else t("health.over_time")
    span = one.spans[0] if len(one.spans) == 1 else None
    low = float(span.low) if span and span.low is not None else None
    high = float(span.high) if span and span.high is not None else None
    return Section(title, Trend([(day, plain(value)) for day, value in points], unit, low, high, sentence))


def plain(value: Decimal) -> float:
    """A value as the chart shows it: without needless digits."""
    return float(say_number(value).replace(",", ""))
