"""When results appear: what somebody chose for each sort, and what the clinic holds for that."""

from __future__ import annotations

import flet as ft

from app.features.health.commands import choose_timing, show_held
from app.features.health.queries import chosen_timing, held_results
from app.ui.hooks import boundary, use_action, use_app, use_query, use_words
from app.ui.routes import go
from app.ui.widgets import Choice, LinkButton, ListRow, Notice, Page, Rows, StateChip, body, small
from sync.models import ResultSort

DAYS = (0, 3, 7, 14, 30)
ICONS = {
    ResultSort.LAB: ft.Icons.SCIENCE_OUTLINED,
    ResultSort.IMAGING: ft.Icons.IMAGE_SEARCH_OUTLINED,
    ResultSort.PATHOLOGY: ft.Icons.BIOTECH_OUTLINED,
    ResultSort.GENETIC: ft.Icons.FINGERPRINT_OUTLINED,
}


@ft.component
@boundary
def HeldPart() -> ft.Control:
    """How many results are held, until when, and the way to see them now."""
    app, t = use_app(), use_words()
    groups, asked = use_query(
        lambda: held_results(app.store), "held-results", "show-results", "outbox", deps=[]
    )
    show = use_action(lambda: show_held(app))
    if not groups:
        return ft.Container(visible=False)
    until = min(group.until for group in groups)
    told = t("timing.held", count=sum(group.count for group in groups), day=t.day(until))
    if asked:
        return Notice("waiting", f"{told} {t('timing.asked')}")
    button = LinkButton(t("timing.show_now"), show.run, ft.Icons.VISIBILITY_OUTLINED)
    return ft.Column([part for part in (Notice("info", told, button), show.notice) if part], tight=True)


def TimingLink() -> ft.Control:
    """The way to the choice."""
    t = use_words()
    return ft.Row([LinkButton(t("timing.title"), lambda: go("health/timing"), ft.Icons.TUNE)], wrap=True)


@ft.component
@boundary
def TimingScreen() -> ft.Control:
    """Each sort of result with what was chosen for it."""
    app, t = use_app(), use_words()
    chosen, word = use_query(lambda: chosen_timing(app.store), "result-timing", "receipt", "outbox", deps=[])
    rows = [sort_row(sort, chosen.days(sort)) for sort in ResultSort]
    state = ft.Row([StateChip(word)], wrap=True) if word else None
    return Page(
        t("timing.title"),
        body(t("timing.text")),
        Rows(rows),
        state,
        HeldPart(),
        small(t("timing.clinic_sees")),
        back="health/list/result",
    )


def sort_row(sort: ResultSort, days: int) -> ft.Control:
    """A sort with what was chosen for it."""
    t = use_words()
    where = f"health/timing/{sort}"
    return ListRow(ICONS[sort], t(f"timing.sort.{sort}"), say_days(days), on_click=lambda: go(where))


def say_days(days: int) -> str:
    """What a number of days means."""
    t = use_words()
    return t("timing.at_once") if days == 0 else t("timing.days", count=days)


@ft.component
@boundary
def SortScreen() -> ft.Control:
    """The choice for the sort of result that the address names."""
    named = ft.use_route_params().get("sort", "")
    return SortChoice(ResultSort(named), key=named) if named in list(ResultSort) else TimingScreen()


@ft.component
@boundary
def SortChoice(sort: ResultSort) -> ft.Control:
    """The choice for one sort of result."""
    app, t = use_app(), use_words()
    chosen, word = use_query(lambda: chosen_timing(app.store), "result-timing", "receipt", "outbox", deps=[])
    days = chosen.days(sort)
    choose = use_action(lambda said: choose_timing(app, sort, int(said)))
    options = [(str(number), say_days(number), None) for number in sorted({*DAYS, days})]
    parts = [
        Choice(t("timing.ask"), options, str(days), choose.run),
        choose.notice,
        ft.Row([StateChip(word)], wrap=True) if word else None,
        small(t("timing.from_now")),
    ]
    return Page(t(f"timing.sort.{sort}"), *parts, back="health/timing")
