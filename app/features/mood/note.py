"""One mood: its note, and taking it back."""

from __future__ import annotations

import flet as ft

from app.features.mood.commands import say_more
from app.store import states
from app.ui.hooks import boundary, use_action, use_app, use_query, use_typed, use_words
from app.ui.routes import back, go
from app.ui.widgets import Empty, LinkButton, Page, PrimaryButton, StateChip, TextInput, ask, body, glyph
from app.ui.widgets.choice import FACES
from sync.models import MoodEntry

ICONS = dict(FACES)


@ft.component
@boundary
def NoteScreen() -> ft.Control:
    """The mood named in the path."""
    app, t = use_app(), use_words()
    id = ft.use_route_params().get("id", "")
    mood = use_query(lambda: app.store.get(MoodEntry, id), MoodEntry.kind)
    if mood is None:
        return Page(t("mood.note_title"), Empty(ft.Icons.MOOD_OUTLINED, t("mood.gone")), back="mood")
    return Page(t("mood.note_title"), NoteForm(mood), back="mood")


@ft.component
@boundary
def NoteForm(mood: MoodEntry) -> ft.Control:
    """The note of a mood, as a form."""
    app, t = use_app(), use_words()
    note = use_typed(mood.note)
    state = use_query(lambda: states.word_of(app.store, mood.id), MoodEntry.kind, "outbox", "receipt")

    def keep() -> None:
        say_more(app, mood, note.text)
        back()

    def remove() -> None:
        app.take_back(mood)
        go("mood")

    save = use_action(keep)
    face = ft.Row(
        [glyph(ICONS[mood.score], 34), body(t(f"mood_faces.{mood.score}"), strong=True, expand=True)],
        spacing=12,
    )
    sure = (t("mood.delete_title"), t("mood.delete_text"), t("mood.delete"), t("mood.keep"))
    parts = [
        face,
        body(t("mood.when", day=t.day(mood.felt_at), time=t.time(mood.felt_at))),
        ft.Row([StateChip(state)], wrap=True),
        TextInput(t("mood.note"), note, t("mood.note_hint"), multiline=True, max_length=2000),
        save.notice,
        ft.Row(
            [
                PrimaryButton(t("mood.save_note"), save.run),
                LinkButton(t("mood.delete"), lambda: ask(*sure, remove), ft.Icons.DELETE_OUTLINE),
            ],
            wrap=True,
            spacing=12,
            run_spacing=8,
        ),
    ]
    return ft.Column([part for part in parts if part is not None], spacing=16, tight=True)
