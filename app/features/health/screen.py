"""Health: its sections with counts, a search over everything, and the list of one section."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.features.health.commands import see_results
from app.features.health.queries import (
    KINDS,
    MOST,
    count_cards,
    count_sections,
    list_readings,
    list_section,
    list_unseen,
    search,
)
from app.features.health.record import RecordDetail
from app.features.health.rows import hit_row, icon_of, record_row
from app.features.health.rules import Line
from app.features.health.timing import HeldPart, TimingLink
from app.store import Store
from app.ui.hooks import boundary, use_app, use_look, use_query, use_typed, use_words
from app.ui.routes import go
from app.ui.widgets import Empty, LinkButton, ListRow, Page, Rows, Section, TextInput, TwoPane, heading
from app.ui.widgets.lists import group_by_day
from sync.models import HealthCard

Pick = Callable[[Line], Any]
WINDOW, NEWS = 50, 3
SPLIT = ("condition", "medicine", "allergy", "plan")
CURRENT = ("active", "recurrence", "relapse", "in-progress", "accepted", "on-hold", "draft")


@ft.component
@boundary
def HealthScreen() -> ft.Control:
    """Every section that holds something, and a search over all of them."""
    return Sections(False)


@ft.component
@boundary
def SearchScreen() -> ft.Control:
    """The same, ready to type into the search."""
    return Sections(True)


@ft.component
@boundary
def Sections(searching: bool) -> ft.Control:
    """The search, and what it found or else all sections."""
    app, t = use_app(), use_words()
    typed = use_typed()
    words, set_words = ft.use_state("")
    counts = use_query(lambda: count_sections(app.store), "record", "state", deps=[])
    cards = use_query(lambda: count_cards(app.store), HealthCard.kind, "state")

    if not counts:
        nothing = Empty(ft.Icons.MONITOR_HEART_OUTLINED, t("health.empty"))
        return Page(t("health.title"), nothing, cards_row(cards))
    field = TextInput(
        t("health.search"),
        typed,
        on_typed=lambda text: set_words(text.strip()),
        prefix_icon=ft.Icons.SEARCH,
        autofocus=searching,
    )
    if words:
        return Page(t("health.title"), field, Found(words))
    rows = [section_row(section, count) for section, count in counts.items()]
    return Page(t("health.title"), field, HeldPart(), New(), Rows(rows), cards_row(cards))


@ft.component
@boundary
def New() -> ft.Control:
    """What came since the results were last looked at: a few, and the way to all of them."""
    app, t = use_app(), use_words()
    lines = use_query(lambda: list_unseen(app.store, NEWS + 1), "record", "state", deps=[])
    if not lines:
        return ft.Container(visible=False)
    rows = [record_row(line, lambda line: go(f"health/record/{line.id}")) for line in lines[:NEWS]]
    more = LinkButton(t("health.all_results"), lambda: go("health/list/result"), ft.Icons.CHEVRON_RIGHT)
    return Section(t("health.new_since"), Rows(rows), *([ft.Row([more])] if len(lines) > NEWS else []))


def cards_row(count: int) -> ft.Control:
    """The way to the signed cards, which are no section: they stay apart from what the clinic's record says."""
    t = use_words()
    many = t.number(count) if count else ""
    row = ListRow(ft.Icons.QR_CODE_2_OUTLINED, t("cards.title"), t("cards.row"), many, lambda: go("cards"))
    return Rows([row])


def section_row(section: str, count: int) -> ft.Control:
    """A section with how much it holds."""
    t = use_words()
    name, many = t(f"health.section.{section}"), t.number(count)
    return ListRow(icon_of(section), name, trailing=many, on_click=lambda: go(f"health/list/{section}"))


@ft.component
@boundary
def Found(words: str) -> ft.Control:
    """What the search found, best first."""
    app, t = use_app(), use_words()
    language = app.settings.language
    hits = use_query(lambda: search(app.store, words, language), *KINDS, deps=[words, language])
    if not hits:
        return Empty(ft.Icons.SEARCH_OFF_OUTLINED, t("health.nothing_found"))
    many = "health.found_first" if len(hits) == MOST else "health.found"
    return Section(t(many, count=len(hits)), Rows([hit_row(hit, words) for hit in hits]))


@ft.component
@boundary
def SectionScreen() -> ft.Control:
    """One section; where there is room, the chosen record stands beside it."""
    app, t, look = use_app(), use_words(), use_look()
    section = ft.use_route_params().get("section", "other")
    chosen, choose = ft.use_state("")

    def note_seen() -> None:
        if section == "result":
            see_results(app)

    ft.use_effect(note_seen, dependencies=[section])

    def pick(line: Line) -> None:
        if look.two_panes:
            choose(line.id)
        else:
            go(f"health/record/{line.id}")

    list_ = RecordList(section, chosen, pick)
    detail = RecordDetail(chosen, True, key=chosen) if chosen else None
    above = (TimingLink(), HeldPart()) if section == "result" else ()
    return Page(t(f"health.section.{section}"), *above, TwoPane(list_, detail), back="health", wide=True)


@ft.component
@boundary
def RecordList(section: str, chosen: str, pick: Pick) -> ft.Control:
    """The records of a section under dates in words, fifty at a time."""
    app, t = use_app(), use_words()
    shown, set_shown = ft.use_state(WINDOW)
    lines = use_query(lambda: read(app.store, section, shown + 1), "record", "state", deps=[section, shown])
    if not lines:
        return Empty(icon_of(section), t("health.section_empty"))
    parts = [
        part
        for title, group in split(section, lines[:shown] if section != "reading" else lines)
        for part in titled(title, group, chosen, pick, section)
    ]
    if section != "reading" and len(lines) > shown:
        more = t("actions.show_more")
        parts.append(LinkButton(more, lambda: set_shown(shown + WINDOW), ft.Icons.EXPAND_MORE))
    return ft.Column(parts, spacing=20, tight=True)


def read(store: Store, section: str, limit: int) -> list[Line]:
    """The lines of a section; readings show the latest of each kind."""
    return list_readings(store) if section == "reading" else list_section(store, section, limit)


def split(section: str, lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """What is current apart from what is over, where that matters."""
    if section not in SPLIT:
        return [("", lines)]
    now = [line for line in lines if line.status in CURRENT]
    over = [line for line in lines if line.status not in CURRENT]
    return [(title, group) for title, group in (("health.now", now), ("health.over", over)) if group]


def titled(title: str, lines: list[Line], chosen: str, pick: Pick, section: str) -> list[ft.Control]:
    """A group of records under its title and its dates."""
    t = use_words()
    head = [heading(t(title), 2)] if title else []
    if section == "reading" or title:
        return [*head, rows_of(lines, chosen, pick)]
    dated = [line for line in lines if line.moment]
    undated = [line for line in lines if not line.moment]
    groups = group_by_day(dated, lambda line: line.moment)
    groups += [(t("health.no_date"), undated)] if undated else []
    return [
        ft.Column([heading(name, 2, role="body"), rows_of(group, chosen, pick)], spacing=8, tight=True)
        for name, group in groups
    ]


def rows_of(lines: list[Line], chosen: str, pick: Pick) -> ft.Control:
    """These records in one frame."""
    return Rows([record_row(line, pick, selected=line.id == chosen) for line in lines])
