"""A question about a result: asking it, and what the clinic said."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.features.health.commands import MOST_IN_QUESTION, ask_question
from app.features.health.queries import last_questions
from app.features.health.refill import told
from app.features.health.rules import Entry
from app.ui.hooks import boundary, use_action, use_app, use_query, use_typed, use_words
from app.ui.widgets import PrimaryButton, QuietButton, Section, TextInput, body


@ft.component
@boundary
def QuestionPart(entry: Entry) -> ft.Control:
    """Under a result: what was asked about it, newest first, and the way to ask."""
    app, t = use_app(), use_words()
    asking, set_asking = ft.use_state(False)
    asked = use_query(lambda: last_questions(app.store, entry.line.id), "question", "receipt", "outbox")
    parts = [part for one in asked for part in told(*one, words="question")]
    if asking:
        parts.append(QuestionForm(entry, lambda: set_asking(False)))
    else:
        name = t("question.another" if asked else "question.ask")
        parts.append(
            ft.Row(
                [QuietButton(name, lambda: set_asking(True), ft.Icons.CONTACT_SUPPORT_OUTLINED)], wrap=True
            )
        )
    return Section(t("question.title"), *parts) if asked or asking else parts[0]


@ft.component
@boundary
def QuestionForm(entry: Entry, done: Callable[[], None]) -> ft.Control:
    """The question, and the button that sends it."""
    app, t = use_app(), use_words()
    words = use_typed("")

    def ask() -> None:
        ask_question(app, entry, words.text)
        done()

    send = use_action(ask)
    parts = [
        body(t("question.text")),
        TextInput(t("question.label"), words, multiline=True, max_length=MOST_IN_QUESTION, autofocus=True),
        send.notice,
        ft.Row(
            [
                PrimaryButton(t("question.send"), send.run, ft.Icons.SEND_OUTLINED),
                QuietButton(t("actions.cancel"), done),
            ],
            wrap=True,
        ),
    ]
    return ft.Column([part for part in parts if part is not None], spacing=12, tight=True)
