"""More of a medicine: asking for it, and how far that has come."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.features.health.commands import MOST_LETTERS, ask_refill
from app.features.health.queries import last_refill
from app.features.health.rules import Entry
from app.ui.hooks import boundary, use_action, use_app, use_query, use_typed, use_words
from app.ui.widgets import LinkButton, QuietButton, Section, StateChip, TextInput, body, small
from sync.models import Question, Refill

ASKABLE = ("MedicationRequest", "MedicationStatement", "MedicationDispense")
OVER = ("stopped", "entered-in-error", "cancelled", "draft", "not-taken", "declined")
ANSWERED = ("done", "refused", "needs-you")


@ft.component
@boundary
def RefillPart(entry: Entry) -> ft.Control:
    """Under a medicine: what was asked for last, or the way to ask."""
    app, t = use_app(), use_words()
    last = use_query(lambda: last_refill(app.store, entry.line.id), "refill", "receipt", "outbox")
    again, ask_again = ft.use_state(False)
    if last is None or again:
        return Section(t("refill.title"), AskPart(entry, lambda: ask_again(False)))
    asked, word, said = last
    parts = told(asked, word, said)
    if word in ANSWERED:
        parts.append(ft.Row([LinkButton(t("refill.again"), lambda: ask_again(True), ft.Icons.REFRESH)]))
    return Section(t("refill.title"), *parts)


def told(asked: Refill | Question, word: str, said: str, words: str = "refill") -> list[ft.Control]:
    """When it was asked for, its state word, and what that means or what the clinic wrote."""
    t = use_words()
    meaning = f"{words}.{word.replace('-', '_')}_text"
    lines = [small(t(f"{words}.asked", day=t.day(asked.asked_at), time=t.time(asked.asked_at)))]
    lines += [body(t("refill.said", text=said))] if said else [body(t(meaning))] if t.has(meaning) else []
    lines += [small(t("refill.your_note", text=asked.note))] if asked.note else []
    return [ft.Row([StateChip(word)], wrap=True), *lines]


@ft.component
@boundary
def AskPart(entry: Entry, asked: Callable[[], None]) -> ft.Control:
    """A note, if somebody likes, and the button."""
    app, t = use_app(), use_words()
    note = use_typed("")

    def ask() -> None:
        ask_refill(app, entry, note.text)
        asked()

    send = use_action(ask)
    parts = [
        body(t("refill.text")),
        TextInput(t("refill.note"), note, t("refill.note_hint"), multiline=True, max_length=MOST_LETTERS),
        send.notice,
        ft.Row([QuietButton(t("refill.ask"), send.run, ft.Icons.MEDICATION_OUTLINED)], wrap=True),
    ]
    return ft.Column([part for part in parts if part is not None], spacing=12, tight=True)
