"""The form: the numbers, the unit, when it was; one question where a number is unlikely, and then it is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import flet as ft

from app.context import App
from app.features.readings.commands import change_reading, choose_unit, log_reading
from app.features.readings.rules import (
    Logged,
    Values,
    doubt,
    is_near,
    read_values,
    slots,
    typed_again,
)
from app.ui.hooks import Typed, boundary, use_action, use_app, use_look, use_typed, use_words
from app.ui.measured import say_amount
from app.ui.widgets import (
    LinkButton,
    MomentField,
    Notice,
    PrimaryButton,
    QuietButton,
    Scale,
    TextInput,
)
from sync.fhir.measures import BEATS, MEASURES
from sync.models import Reading

Wrong = dict[str, str]
UNITLESS = ("sleep", "steps")


@ft.component
@boundary
def Form(
    what: str, unit: str, was: Logged | None, last: Logged | None, done: Callable[[str], Any]
) -> ft.Control:
    """New, or `was` to be changed. `last` is the newest there is; `done` hears the id of what was saved."""
    app = use_app()
    typed = use_fields(what, was)
    note = use_typed(was.note if was else "")
    noted, show_note = ft.use_state(bool(was and was.note))
    moment, set_moment = ft.use_state(was.at if was else None)
    chosen, choose_here = ft.use_state("")
    wrong, say_wrong = ft.use_state({})
    asked, ask = ft.use_state(None)
    unit = chosen or unit

    def keep(sure: bool = False) -> None:
        values, faults = read_values(what, {slot: one.text for slot, one in typed.items()})
        why = "" if faults else question(what, values, unit, None if was else last)
        unsure = bool(why) and not (sure and asked == (why, values, unit))
        say_wrong(faults)
        ask((why, values, unit) if unsure else None)
        if not faults and not unsure:
            done(put(app, what, was, values, unit, moment, note.text).id)

    def choose(code: str) -> None:
        ask(None)
        if was is None:
            choose_unit(app, what, code)
        choose_here(code)

    save, switch = use_action(keep), use_action(choose)
    parts = [
        numbers(what, unit, typed, wrong, save.run),
        *other_unit(what, unit, switch.run),
        MomentField(moment, set_moment),
        note_part(note, noted, lambda: show_note(True)),
        switch.notice,
        save.notice,
        foot(what, asked, last, save.run, lambda: ask(None)),
    ]
    return ft.Column([part for part in parts if part], spacing=16, tight=True)


def use_fields(what: str, was: Logged | None) -> dict[str, Typed]:
    """What is typed into each field: a measure always has the same ones."""
    again = typed_again(what, was.values) if was else {}
    return {slot: use_typed(again.get(slot, "")) for slot in slots(what)}


def put(
    app: App, what: str, was: Logged | None, values: Values, unit: str, at: datetime | None, note: str
) -> Reading:
    """Save it, in the place of `was` where there is one."""
    if was is None:
        return log_reading(app, what, values, unit, at, note)
    return change_reading(app, was, values, unit, at, note)


def question(what: str, values: Values, unit: str, last: Logged | None) -> str:
    """Why to ask, or nothing. A weight is held against the last one of the week before."""
    near = last if last and is_near(last, use_app().now()) else None
    return doubt(what, values, unit, near.values if near else None, near.unit if near else "")


def foot(
    what: str, asked: Any, last: Logged | None, save: Callable[..., Any], no: Callable[[], Any]
) -> ft.Control:
    """Save; or in its place, once, whether that is right. It never stands in the way."""
    t = use_words()
    if not asked:
        return ft.Row([PrimaryButton(t("readings.save"), save)], wrap=True)
    why, values, unit = asked
    before = say_amount(what, last.values, last.unit, t, unit) if last else ""
    text = t(f"readings.doubt.{why}", amount=say_amount(what, values, unit, t), last=before)
    ways = [
        QuietButton(t("readings.doubt.no"), no, autofocus=True),
        PrimaryButton(t("readings.doubt.yes"), lambda: save(True)),
    ]
    return Notice("attention", text, ft.Row(list(ways), wrap=True, spacing=12, run_spacing=8))


def numbers(what: str, unit: str, typed: dict[str, Typed], wrong: Wrong, save: Any) -> ft.Control:
    """Where the numbers go: a field for each, or for pain the numbers themselves."""
    if what == "pain":
        return PainScale(typed["value"], wrong)
    fields = [number_field(what, slot, unit, one, wrong.get(slot, ""), save) for slot, one in typed.items()]
    return ft.Column(fields, spacing=12, tight=True)


def number_field(what: str, slot: str, unit: str, typed: Typed, wrong: str, save: Any) -> ft.Control:
    """One number, with its unit in the name of the field; what is wrong with it is said there."""
    t, measure = use_words(), MEASURES[what]
    own = next((part.unit for part in measure.parts if part.name == slot and part.unit), None)
    shown = own or measure.unit(unit) or measure.units[0]
    name = t(f"readings.label.{what if slot == 'value' else slot}")
    plain = what in UNITLESS or shown == BEATS
    label = name if plain else t("readings.field", what=name, unit=t(f"readings.short.{shown.name}"))
    hint = t("readings.optional") if slot == "pulse" else ""
    return TextInput(
        label,
        typed,
        hint,
        t(f"readings.{wrong}") if wrong else None,
        keyboard_type=ft.KeyboardType.NUMBER,
        width=min(use_look().reading, 320 * use_look().scale),
        on_submit=save,
    )


@ft.component
@boundary
def PainScale(typed: Typed, wrong: Wrong) -> ft.Control:
    """0 to 10 as buttons."""
    t = use_words()
    picked, pick = ft.use_state(int(typed.text) if typed.text.isdigit() else None)

    def choose(number: int) -> None:
        typed.text = str(number)
        pick(number)

    scale = Scale(
        t("readings.pain_question"), picked, choose, (t("readings.pain_none"), t("readings.pain_worst"))
    )
    told = [Notice("attention", t("readings.pain_choose"))] if wrong and picked is None else []
    return ft.Column([scale, *told], spacing=12, tight=True)


def other_unit(what: str, unit: str, choose: Callable[[str], Any]) -> list[ft.Control]:
    """The way to the measure's other unit; hours and minutes have a field each."""
    others = [one for one in MEASURES[what].units if one.code != unit] if what not in UNITLESS else []
    t = use_words()
    return [
        LinkButton(
            t("readings.other_unit", unit=t(f"readings.short.{one.name}")),
            lambda _, code=one.code: choose(code),
            ft.Icons.SWAP_HORIZ,
        )
        for one in others
    ]


def note_part(note: Typed, shown: bool, show: Callable[[], Any]) -> ft.Control:
    """A note, if somebody likes."""
    t = use_words()
    if not shown:
        return LinkButton(t("readings.add_note"), show, ft.Icons.EDIT_NOTE)
    return TextInput(t("readings.note"), note, t("readings.note_hint"), multiline=True, max_length=1000)
