"""A question about a result: asked without a connection, answered by a person at the clinic, kept with the record."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from app.context import App
from app.core.errors import RuleBroken
from app.features.health.commands import ask_question
from app.features.health.queries import open_record
from sync.fhir.own import resource_of
from sync.models import Question, Receipt, Word, derive_id
from sync.models.question import MOST_LETTERS
from tests.features.conftest import NOW, Chart
from tests.harness import Window

Open = Callable[..., Window]
A1C = derive_id("record", "Observation", "a3")
PAGE = f"/health/record/{A1C}"


def asked(app: App, words: str) -> Question:
    entry = open_record(app.store, A1C)
    assert entry
    return ask_question(app, entry, words)


async def test_it_is_asked_from_the_result_and_waits(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, PAGE) as window:
        await window.tap("Ask about this")
        await window.type("What would you like to know?", "  Should I worry?  ")
        await window.tap("Send my question")
        assert {"Waiting to send", "You wrote: “Should I worry?”"} <= set(window.texts())
        assert "Ask something else about this" in window.buttons()
        await window.go("/waiting")
        assert "Question: Hemoglobin A1c" in window.texts()
    (sent,) = app_with_record.store.pending(9)
    body = json.loads(sent.body)
    assert (sent.kind, body["reference"], body["note"]) == ("question", "Observation/a3", "Should I worry?")


async def test_no_words_are_no_question(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, PAGE) as window:
        await window.tap("Ask about this")
        await window.tap("Send my question")
        assert "Please write your question first." in window.texts()
        await window.tap("Cancel")
        assert "Ask about this" in window.buttons()
    assert app_with_record.store.pending(9) == []


async def test_the_clinics_answer_stands_under_the_question(
    app_with_record: App, chart: Chart, open_at: Open
) -> None:
    first, second = asked(app_with_record, "Why?"), asked(app_with_record, "And now?")
    reason = "It is a little high. Let us talk."
    chart.send(
        Receipt(
            id=derive_id("receipt", first.id), of=first.id, word=Word.DONE, at=NOW, by="clinic", reason=reason
        )
    )
    async with open_at(app_with_record, PAGE) as window:
        texts = window.texts()
        assert f"Your clinic wrote: “{reason}”" in texts
        assert texts.index("You wrote: “And now?”") < texts.index("You wrote: “Why?”")
    assert second.id != first.id


def test_two_thousand_letters_and_no_more(app_with_record: App) -> None:
    asked(app_with_record, "x" * MOST_LETTERS)
    with pytest.raises(RuleBroken):
        asked(app_with_record, "x" * (MOST_LETTERS + 1))


def test_it_is_taken_along_as_a_communication(app_with_record: App) -> None:
    said = asked(app_with_record, "Why?")
    made = resource_of(said.id, "question", said.body(), "rosa")
    assert (made["resourceType"], made["about"]) == ("Communication", [{"reference": "Observation/a3"}])
    assert made["payload"] == [{"contentString": "Why?"}] and made["subject"] == {"reference": "Patient/rosa"}
