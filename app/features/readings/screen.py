"""All readings at a glance, and the card on Today."""

from __future__ import annotations

from decimal import Decimal

import flet as ft

from app.features.readings.queries import KINDS, chosen_unit, lately, latest
from app.features.readings.rules import CLINIC, Logged, daily, grams, is_whole, quick_change
from app.ui.hooks import boundary, use_app, use_query, use_words
from app.ui.measured import say_amount, say_name
from app.ui.routes import go
from app.ui.widgets import Card, ListRow, Page, Rows, body, small
from sync.fhir.measures import MEASURES

ICON = ft.Icons.STRAIGHTEN_OUTLINED
ICONS = {
    "pressure": ft.Icons.MONITOR_HEART_OUTLINED,
    "weight": ft.Icons.MONITOR_WEIGHT_OUTLINED,
    "glucose": ft.Icons.WATER_DROP_OUTLINED,
    "temperature": ft.Icons.THERMOSTAT_OUTLINED,
    "heart": ft.Icons.FAVORITE_OUTLINE,
    "oxygen": ft.Icons.AIR_OUTLINED,
    "pain": ft.Icons.SENTIMENT_DISSATISFIED,
    "steps": ft.Icons.DIRECTIONS_WALK_OUTLINED,
    "sleep": ft.Icons.BEDTIME_OUTLINED,
}
ON_TODAY, MOST, SPAN, HELD = 30, 3, 90, 500


@ft.component
@boundary
def ReadingsCard() -> ft.Control:
    """The card on Today, there only for somebody who logged something lately."""
    app, t = use_app(), use_words()
    found = use_query(lambda: lately(app.store, app.now(), ON_TODAY), *KINDS, "state")
    if not found:
        return ft.Container(visible=False)
    newest = list({one.what: one for one in reversed(found)}.values())[::-1][:MOST]
    newest.sort(key=lambda one: one.order, reverse=True)
    lines = [
        t("readings.last_of", what=say_name(one.what, t), day=t.day(one.at), amount=say(one))
        for one in newest
    ]
    weights = [one for one in found if one.what == "weight"]
    told = "\n".join(line for line in [*lines, say_change(weights)] if line)
    return Card(ICON, t("readings.title"), told, on_click=lambda: go("readings"))


@ft.component
@boundary
def ReadingsScreen() -> ft.Control:
    """Everything that can be logged, each with its last value."""
    app, t = use_app(), use_words()
    found = use_query(lambda: latest(app.store), *KINDS, "state", deps=[])
    rows = Rows([measure_row(what, found.get(what)) for what in MEASURES])
    return Page(t("readings.title"), body(t("readings.choose")), rows, small(t("readings.seen")))


def measure_row(what: str, last: Logged | None) -> ft.Control:
    """One measure: what it is, the last value, when that was."""
    t = use_words()
    told = t("readings.none_yet")
    if last:
        who = "readings.last_clinic" if last.source == CLINIC else "readings.last"
        told = t(who, amount=say(last), day=t.day(last.at))
    return ListRow(ICONS[what], say_name(what, t), told, on_click=lambda: go(f"readings/{what}"))


def say(one: Logged) -> str:
    """What was measured, in the unit that this device shows."""
    shown = chosen_unit(use_app().store, one.what) if one.what in MEASURES else ""
    return say_amount(one.what, one.values, one.unit, use_words(), shown)


def say_change(weights: list[Logged]) -> str:
    """A quick change of weight in a sentence, or nothing."""
    app, t = use_app(), use_words()
    days = [(day, grams(one)) for day, one in daily(filter(is_whole, weights), app.zone)]
    change = quick_change(days, t.today())
    if change is None:
        return ""
    span = t("readings.week") if change.days == 7 else t("readings.days", count=change.days)
    amount = say(Logged("", "weight", {"value": Decimal(abs(change.grams)) / 1000}, "kg", t.today()))
    said = t(f"readings.{'up' if change.grams > 0 else 'down'}", amount=amount, span=span)
    return f"{said} {t('readings.check' if change.odd else 'readings.tell')}"
