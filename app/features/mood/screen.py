"""The mood page and the card on Today: five faces, what was said, and how it went."""

from __future__ import annotations

import flet as ft

from app.features.mood.commands import log_mood
from app.features.mood.queries import entries_since, last_entries, word_of
from app.features.mood.rules import change, daily_means, is_hard, nearest_face
from app.ui.hooks import boundary, use_action, use_app, use_look, use_query, use_words
from app.ui.look import FULL
from app.ui.routes import go
from app.ui.widgets import (
    Card,
    DatedList,
    Empty,
    LinkButton,
    MoodFaces,
    Notice,
    Page,
    Pressable,
    QuietButton,
    Section,
    StateChip,
    Trend,
    body,
    glyph,
    small,
)
from app.ui.widgets.choice import FACES
from sync.models import MoodEntry

DAYS = 30
HELD = 500
ICONS = dict(FACES)


@ft.component
@boundary
def MoodCard() -> ft.Control:
    """The card on Today: a face logs at once."""
    t = use_words()
    return Card(ft.Icons.MOOD_OUTLINED, t("mood.question"), "", extra=Faces())


@ft.component
@boundary
def Faces() -> ft.Control:
    """Five faces; after one is tapped, what was saved, with a note to add and a way back."""
    app, t = use_app(), use_words()
    just, set_just = ft.use_state(None)
    mood = use_query(lambda: app.store.get(MoodEntry, just) if just else None, MoodEntry.kind)

    def undo() -> None:
        if mood:
            app.take_back(mood)
        set_just(None)

    log = use_action(lambda score: set_just(log_mood(app, score).id))
    back = use_action(undo)
    if mood is None:
        return ft.Column(
            [MoodFaces(None, log.run), *notices(log.notice, back.notice)], spacing=12, tight=True
        )
    actions = [
        QuietButton(t("mood.add_note"), lambda: go(f"mood/note/{mood.id}"), ft.Icons.EDIT_NOTE),
        LinkButton(t("mood.undo"), back.run, ft.Icons.UNDO),
    ]
    said = t("mood.saved", face=t(f"mood_faces.{mood.score}"))
    row = ft.Row(actions, wrap=True, spacing=12, run_spacing=8)
    return ft.Column([Notice("done", said, row), *notices(back.notice)], spacing=12, tight=True)


def notices(*found: ft.Control | None) -> list[ft.Control]:
    """Those notices that are there."""
    return [notice for notice in found if notice]


@ft.component
@boundary
def MoodScreen() -> ft.Control:
    """Log a mood, see how it went, read what was said."""
    app, t = use_app(), use_words()
    moods = use_query(lambda: last_entries(app.store, HELD), MoodEntry.kind, "outbox", "receipt")
    if not moods:
        rest: ft.Control = Empty(ft.Icons.MOOD_OUTLINED, t("mood.empty"))
    else:
        rest = Section(t("mood.history"), History(moods))
    return Page(t("mood.title"), body(t("mood.question"), strong=True), Faces(), Course(), rest)


@ft.component
@boundary
def Course() -> ft.Control:
    """The last month as a line of daily means, with a sentence."""
    app, t = use_app(), use_words()
    found = use_query(lambda: entries_since(app.store, app.now(), DAYS), MoodEntry.kind)
    days = daily_means([(mood.felt_at, mood.score) for mood in found], app.zone)
    if len(days) < 2:
        return ft.Container(visible=False)
    way = change(days, t.today()) or "range"
    low, high = min(mean for _, mean in days), max(mean for _, mean in days)
    faces = {"low": t(f"mood_faces.{nearest_face(low)}"), "high": t(f"mood_faces.{nearest_face(high)}")}
    said = t(f"mood.course_{way}", **faces)
    parts = [Trend([(day, round(mean, 1)) for day, mean in days], "", sentence=f"{said} {t('mood.scale')}")]
    hard = [Notice("info", t("mood.hard_days"))] if is_hard(days, t.today()) else []
    return Section(t("mood.course"), *hard, *parts)


def History(moods: list[MoodEntry]) -> ft.Control:
    """Every mood with its time, its note and how far it has come."""
    return DatedList(moods, lambda mood: mood.felt_at, MoodRow)


def MoodRow(mood: MoodEntry) -> ft.Control:
    """One mood in the list; a tap leads to its note."""
    app, t = use_app(), use_words()
    when = t("mood.when", day=t.day(mood.felt_at), time=t.time(mood.felt_at))
    chip = ft.Row([StateChip(word_of(app.store, mood))], wrap=True)
    lines = [
        body(t(f"mood_faces.{mood.score}")),
        *([body(mood.note)] if mood.note else []),
        small(when),
        chip,
    ]
    face = ft.Row(
        [
            glyph(ICONS[mood.score], 30, colour=use_look().palette.accent),
            ft.Column(lines, spacing=4, expand=True, tight=True),
            glyph(ft.Icons.CHEVRON_RIGHT, 22),
        ],
        spacing=16,
    )
    return Pressable(face, lambda: go(f"mood/note/{mood.id}"), line=ft.Colors.TRANSPARENT, width=FULL)
