"""The first screen: a greeting, at most seven cards in the order the clinic's profile gives, and an end."""

from __future__ import annotations

import flet as ft

from app.features.today.queries import next_visit, still_loading
from app.features.today.rules import MOST_CARDS, is_soon, part_of_day
from app.store.newer import count_newer
from app.ui.hooks import boundary, use_app, use_heard, use_query, use_words
from app.ui.routes import in_order
from app.ui.seat import this_seat
from app.ui.strings import Words
from app.ui.widgets import Card, Notice, Page, ProgressLine, QuietButton, small
from sync.models import KINDS, Visit


@ft.component
@boundary
def TodayScreen() -> ft.Control:
    """What there is to do and to know today."""
    app, t = use_app(), use_words()
    person = use_query(lambda: app.person, "person", "state")
    part = t(f"today.{part_of_day(t.local(app.now()))}")
    given = person.given if person else ""
    title = t("today.greeting_named", part=part, name=given) if given else t("today.greeting", part=part)
    return Page(title, LoadingLine(), DoubtLine(), NewerLine(), *cards(), small(t("today.nothing_else")))


def cards() -> list[ft.Control]:
    """The cards of all tasks, in the order of the profile; the next visit has the place of the visits."""
    seat = this_seat()
    order = seat.app.profile.today
    given = {feature.name: feature.card for feature in in_order(seat.features, order) if feature.card}
    given.setdefault("visits", VisitCard)
    return [given[name]() for name in order if name in given][:MOST_CARDS]


@ft.component
@boundary
def LoadingLine() -> ft.Control:
    """While the record comes in for the first time: how much is here already."""
    app, t = use_app(), use_words()
    use_heard(app.link.listen, deps=[id(app.link)])
    count = use_query(
        lambda: still_loading(app.store), "scopes", "record", "visit", "lesson", "person", "state"
    )
    if count is None or app.link.work:
        return ft.Container(visible=False)
    if app.settings.offline or app.link.word == "offline":
        return Notice("info", t("today.loading_waits"))
    return ProgressLine(t("today.loading", count=t.number(count)))


@ft.component
@boundary
def DoubtLine() -> ft.Control:
    """The clinic suddenly has far less of this record: nothing goes from here until the clinic confirms it."""
    app, t = use_app(), use_words()
    count = use_query(lambda: app.store.doubted().get(app.scope, 0), "scopes", *KINDS)
    return Notice("attention", t("today.doubted", count=count)) if count else ft.Container(visible=False)


@ft.component
@boundary
def NewerLine() -> ft.Control:
    """What only a newer version of the app can show."""
    app, t = use_app(), use_words()
    count = use_query(lambda: count_newer(app.store), "scopes", *KINDS)
    return Notice("info", t("today.newer", count=count)) if count else ft.Container(visible=False)


@ft.component
@boundary
def VisitCard() -> ft.Control:
    """The next visit: when, with whom, and what to prepare."""
    app, t = use_app(), use_words()
    open_, set_open = ft.use_state(False)
    visit = use_query(lambda: next_visit(app.store, app.now()), "visit", "state")
    if visit is None:
        return ft.Container(visible=False)
    shown = open_ or is_soon(visit.starts_at, app.now())
    return Card(
        ft.Icons.EVENT_OUTLINED,
        t("today.visit", day=in_sentence(t.day(visit.starts_at), t), time=t.time(visit.starts_at)),
        say_visit(visit, t, shown),
        *([] if shown or not visit.prepare else [QuietButton(t("today.prepare"), lambda: set_open(True))]),
    )


def in_sentence(day: str, t: Words) -> str:
    """A day inside a sentence: "tomorrow" is written small."""
    return day.lower() if day in (t("dates.today"), t("dates.tomorrow"), t("dates.yesterday")) else day


def say_visit(visit: Visit, t: Words, with_preparation: bool) -> str:
    """With whom, why, where; and what to prepare where that is asked."""
    parts = [t("today.with_whom", who=visit.with_whom) if visit.with_whom else "", visit.reason, visit.where]
    told = ". ".join(part.rstrip(".") for part in parts if part)
    prepare = t("today.prepare_text", text=visit.prepare) if with_preparation and visit.prepare else ""
    return "\n".join(part for part in (f"{told}." if told else "", prepare) if part)
