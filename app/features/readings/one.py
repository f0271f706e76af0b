"""One measure: log it, see how it went, read what was logged and what the clinic measured."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.features.readings.commands import delete_reading
from app.features.readings.course import Course
from app.features.readings.entry import Entry, advice
from app.features.readings.form import Form
from app.features.readings.queries import KINDS, chosen_unit, find_logged, logged, word_of
from app.features.readings.rules import CLINIC, Logged, as_shown, is_whole
from app.features.readings.screen import HELD, ICON, ICONS, say
from app.ui.hooks import boundary, use_app, use_query, use_words
from app.ui.measured import say_name
from app.ui.routes import go
from app.ui.widgets import (
    DatedList,
    Empty,
    LinkButton,
    Page,
    Section,
    StateChip,
    ask,
    body,
    small,
)
from sync.fhir.measures import MEASURES


@ft.component
@boundary
def MeasureScreen() -> ft.Control:
    """The measure named in the path."""
    app, t = use_app(), use_words()
    what = ft.use_route_params().get("what", "")
    known = what in MEASURES
    kinds = (*KINDS, "outbox", "receipt", "state")
    found = use_query(lambda: logged(app.store, what, HELD) if known else [], *kinds, deps=[what])
    if not known:
        return Page(t("readings.title"), Empty(ICON, t("readings.unknown")), back="readings")
    unit = chosen_unit(app.store, what)
    rest: ft.Control = Empty(ICONS[what], t("readings.empty"))
    if found:
        rest = Section(t("readings.history"), History(found))
    own = next((one for one in found if one.source != CLINIC and is_whole(one)), None)
    entry = Entry(what, unit, own, key=what)
    parts = [*advice(own), entry, Course(what, found), rest]
    return Page(say_name(what, t), *parts, back="readings")


def History(found: Sequence[Logged]) -> ft.Control:
    """All of it, newest first, under dates in words."""
    return DatedList(found, lambda one: one.at, LoggedRow)


def LoggedRow(one: Logged) -> ft.Control:
    """One in the list: what it was, when, whose; one's own with its state word and the ways to change it."""
    t = use_words()
    amount = say(one)
    timed = hasattr(one.at, "hour")
    when = t("readings.when", day=t.day(one.at), time=t.time(one.at)) if timed else t.day(one.at)
    lines = [body(amount, strong=True), small(when)]
    lines += [body(one.note)] if one.note else []
    lines.append(from_clinic(one) if one.source == CLINIC else own_foot(one, amount, when))
    return ft.Container(ft.Column(lines, spacing=4, tight=True), padding=16)


def from_clinic(one: Logged) -> ft.Control:
    """Whose it is, and the way to the clinic's own page of it."""
    t = use_words()
    more = LinkButton(
        t("readings.from_clinic"), lambda: go(f"health/record/{one.id}"), ft.Icons.LOCAL_HOSPITAL_OUTLINED
    )
    return ft.Row([more], wrap=True)


def own_foot(one: Logged, amount: str, when: str) -> ft.Control:
    """How far it has come, change, delete."""
    app, t = use_app(), use_words()
    sure = (t("readings.delete_title"), t("readings.delete_text"), t("readings.delete"), t("readings.keep"))
    change = LinkButton(
        t("readings.change"), lambda: go(f"readings/{one.what}/{one.id}"), ft.Icons.EDIT_OUTLINED
    )
    delete = LinkButton(
        t("readings.delete"), lambda: ask(*sure, lambda: delete_reading(app, one)), ft.Icons.DELETE_OUTLINE
    )
    named = [
        ft.MergeSemantics(ft.Semantics(content=button, label=f"{amount}, {when}"))
        for button in (change, delete)
    ]
    return ft.Row([StateChip(word_of(app.store, one)), *named], wrap=True, spacing=16, run_spacing=4)


@ft.component
@boundary
def ChangeScreen() -> ft.Control:
    """The reading named in the path, to be changed."""
    app, t = use_app(), use_words()
    params = ft.use_route_params()
    what, id = params.get("what", ""), params.get("id", "")
    one = use_query(lambda: find_logged(app.store, id), *KINDS)
    back = f"readings/{what}"
    if one is None or one.what != what or not is_whole(one):
        return Page(t("readings.change_title"), Empty(ICON, t("readings.gone")), back=back)
    one = as_shown(one, chosen_unit(app.store, what))
    form = Form(what, one.unit, one, None, lambda _: go(back), key=one.id)
    return Page(t("readings.change_title"), body(say_name(what, t), strong=True), form, back=back)
