"""The weight page and the card on Today: a number to log, how it went, what was logged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import flet as ft

from app.core.errors import RuleBroken
from app.features.weight.commands import choose_unit, log_weight
from app.features.weight.queries import chosen_unit, last_weights, weights_since, word_of
from app.features.weight.rules import UNITS, daily, in_unit, quick_change, read_grams
from app.ui.failures import explain
from app.ui.hooks import boundary, use_action, use_app, use_query, use_typed, use_words
from app.ui.routes import go
from app.ui.widgets import (
    Card,
    Choice,
    DatedList,
    Empty,
    LinkButton,
    Notice,
    Page,
    PrimaryButton,
    Section,
    StateChip,
    TextInput,
    Trend,
    ask,
    body,
    small,
)
from sync.models import Weight

ICON = ft.Icons.MONITOR_WEIGHT_OUTLINED
ON_TODAY, DRAWN, HELD = 30, 90, 500


@ft.component
@boundary
def WeightCard() -> ft.Control:
    """The card on Today, there only for somebody who logged a weight lately."""
    app, t = use_app(), use_words()
    unit = use_query(lambda: chosen_unit(app.store), "state")
    found = use_query(lambda: weights_since(app.store, app.now(), ON_TODAY), Weight.kind)
    if not found:
        return ft.Container(visible=False)
    last = found[-1]
    said = t("weight.last", day=t.day(last.weighed_at), amount=say(last.grams, unit))
    lines = [said, say_change(by_day(found), unit)]
    told = "\n".join(line for line in lines if line)
    return Card(ICON, t("weight.title"), told, on_click=lambda: go("weight"))


@ft.component
@boundary
def WeightScreen() -> ft.Control:
    """Log a weight, see how it went, read what was logged."""
    app, t = use_app(), use_words()
    unit = use_query(lambda: chosen_unit(app.store), "state")
    found = use_query(lambda: last_weights(app.store, HELD), Weight.kind, "outbox", "receipt")
    if not found:
        rest: ft.Control = Empty(ICON, t("weight.empty"))
    else:
        rest = Section(t("weight.history"), History(found, unit))
    return Page(t("weight.title"), Log(unit), Course(unit), rest)


@ft.component
@boundary
def Log(unit: str) -> ft.Control:
    """A number and its unit; once saved, what was saved and a way back to the number."""
    app, t = use_app(), use_words()
    typed = use_typed()
    wrong, say_wrong = ft.use_state("")
    just, set_just = ft.use_state(None)
    weight = use_query(lambda: app.store.get(Weight, just) if just else None, Weight.kind)

    def keep() -> None:
        try:
            grams = read_grams(typed.text, unit)
        except RuleBroken as error:
            return say_wrong(explain(error, t).text)
        say_wrong("")
        set_just(log_weight(app, grams).id)

    def choose(chosen: str) -> None:
        say_wrong("")
        choose_unit(app, chosen)

    save, other = use_action(keep), use_action(choose)
    back = use_action(lambda: app.take_back(weight) if weight else None)
    if weight is not None:
        undo = LinkButton(t("actions.undo"), back.run, ft.Icons.UNDO)
        parts = [Notice("done", t("weight.saved", amount=say(weight.grams, unit)), undo), back.notice]
    else:
        units = [(name, t(f"weight.unit_{name}"), None) for name in UNITS]
        field = TextInput(
            t(f"weight.field_{unit}"),
            typed,
            t("weight.field_hint"),
            wrong or None,
            keyboard_type=ft.KeyboardType.NUMBER,
            on_submit=save.run,
        )
        button = ft.Row([PrimaryButton(t("weight.save"), save.run)], wrap=True)
        choice = Choice(t("weight.unit"), units, unit, other.run)
        parts = [field, choice, other.notice, button, save.notice]
    return ft.Column([part for part in parts if part], spacing=16, tight=True)


@ft.component
@boundary
def Course(unit: str) -> ft.Control:
    """The last months as a line with a sentence, and a calm word when the last week changed much."""
    app, t = use_app(), use_words()
    days = by_day(use_query(lambda: weights_since(app.store, app.now(), DRAWN), Weight.kind))
    if len(days) < 2:
        return ft.Container(visible=False)
    grams = [weight for _, weight in days]
    low, high, last = say(min(grams), unit), say(max(grams), unit), say(grams[-1], unit)
    way = "level" if low == high else "range"
    change = say_change(days, unit)
    return Section(
        t("weight.course"),
        *([Notice("info", change)] if change else []),
        Trend(
            [(day, float(in_unit(weight, unit))) for day, weight in days],
            t(f"weight.short_{unit}"),
            sentence=t(f"weight.course_{way}", low=low, high=high, last=last),
        ),
    )


def by_day(weights: Sequence[Weight]) -> list[tuple[date, int]]:
    """One weight per day of the patient's calendar."""
    return daily([(weight.weighed_at, weight.grams) for weight in weights], use_app().zone)


def say(grams: int, unit: str) -> str:
    """A weight in words: "80.5 kg"."""
    t = use_words()
    return t.quantity(in_unit(grams, unit), t(f"weight.short_{unit}"))


def say_change(days: Sequence[tuple[date, int]], unit: str) -> str:
    """A quick change in a sentence, or nothing."""
    t = use_words()
    change = quick_change(days, t.today())
    if change is None:
        return ""
    span = t("weight.week") if change.days == 7 else t("weight.days", count=change.days)
    said = t(f"weight.{'up' if change.grams > 0 else 'down'}", amount=say(abs(change.grams), unit), span=span)
    return f"{said} {t('weight.check' if change.odd else 'weight.tell')}"


def History(weights: list[Weight], unit: str) -> ft.Control:
    """Every weight with its time and how far it has come."""
    return DatedList(weights, lambda weight: weight.weighed_at, lambda weight: WeightRow(weight, unit))


def WeightRow(weight: Weight, unit: str) -> ft.Control:
    """One weight in the list, and a way to take it out."""
    app, t = use_app(), use_words()
    amount = say(weight.grams, unit)
    when = t("weight.when", day=t.day(weight.weighed_at), time=t.time(weight.weighed_at))
    sure = (t("weight.delete_title"), t("weight.delete_text"), t("weight.delete"), t("weight.keep"))
    press = LinkButton(
        t("weight.delete"), lambda: ask(*sure, lambda: app.take_back(weight)), ft.Icons.DELETE_OUTLINE
    )
    named = ft.MergeSemantics(ft.Semantics(content=press, label=f"{amount}, {when}"))
    state = ft.Row([StateChip(word_of(app.store, weight)), named], wrap=True, spacing=16, run_spacing=4)
    lines = ft.Column([body(amount, strong=True), small(when), state], spacing=4, tight=True)
    return ft.Container(lines, padding=16)
