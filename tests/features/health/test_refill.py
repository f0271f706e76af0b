"""More of a medicine: asked for without a connection, its way in six words, and what the clinic said."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.context import App
from app.core.errors import RuleBroken
from app.features.health.commands import MOST_LETTERS, ask_refill
from app.features.health.queries import last_refill, open_record
from app.store import states
from sync.fhir.own import resource_of
from sync.models import Receipt, Refill, Word, derive_id
from sync.protocol.wire import Mutation, Reply, Verdict
from sync.server.answers import ANSWERS
from tests.features.conftest import NOW, Chart
from tests.harness import Window

Open = Callable[..., Window]
METFORMIN = derive_id("record", "MedicationRequest", "met")
STOPPED = derive_id("record", "MedicationRequest", "old")
PAGE = f"/health/record/{METFORMIN}"


def asked(app: App, note: str = "") -> Refill:
    entry = open_record(app.store, METFORMIN)
    assert entry
    return ask_refill(app, entry, note)


def taken(app: App, seq: int = 900) -> None:
    """The clinic's server takes what waits."""
    sent = app.store.pending(9)
    verdicts = [Verdict(mid=one.mid, status="ok", id=one.id, rev=f"e.{seq}", seq=seq) for one in sent]
    app.store.settle(sent, Reply(verdicts=verdicts))


def answered(chart: Chart, of: str, word: Word, reason: str = "", later: int = 0) -> None:
    at = NOW + timedelta(minutes=later)
    chart.send(Receipt(id=derive_id("receipt", of), of=of, word=word, at=at, by="queue", reason=reason))


async def test_asked_for_without_a_connection_it_waits_and_says_so(
    app_with_record: App, open_at: Open
) -> None:
    async with open_at(app_with_record, PAGE) as window:
        await window.type("Anything they should know?", "Six left")
        await window.tap("Ask for a refill")
        assert {"Waiting to send", "You wrote: “Six left”"} <= set(window.texts())
        assert "Ask for a refill" not in window.texts()
        await window.go("/waiting")
        assert "Refill: Metformin 500 mg" in window.texts()
    (sent,) = app_with_record.store.pending(9)
    body = json.loads(sent.body)
    assert (sent.kind, body["reference"], body["note"]) == ("refill", "MedicationRequest/met", "Six left")


async def test_every_word_comes_with_what_it_means_and_the_clinic_s_own(
    app_with_record: App, chart: Chart, open_at: Open
) -> None:
    refill = asked(app_with_record)
    async with open_at(app_with_record, PAGE) as window:
        taken(app_with_record)
        await window.settle()
        assert "Sent" in window.texts()
        chart.seq = 1000
        answered(chart, refill.id, Word.HELD)
        await window.settle()
        assert {"Clinic has it", "It is with your clinic. Nobody has answered yet."} <= set(window.texts())
        assert "Ask again" not in window.texts()
        answered(chart, refill.id, Word.DONE, "Ready at Main Street Pharmacy on Thursday.", later=5)
        await window.settle()
        said = "Your clinic wrote: “Ready at Main Street Pharmacy on Thursday.”"
        assert {"Done", said, "Ask again"} <= set(window.texts())
        await window.tap("Ask again")
        await window.tap("Ask for a refill")
        assert "Waiting to send" in window.texts()


async def test_a_no_is_said_with_its_reason(app_with_record: App, chart: Chart, open_at: Open) -> None:
    refill = asked(app_with_record)
    taken(app_with_record)
    chart.seq = 1000
    answered(chart, refill.id, Word.REFUSED, "Please come in first.")
    async with open_at(app_with_record, PAGE) as window:
        assert {"Clinic said no", "Your clinic wrote: “Please come in first.”"} <= set(window.texts())


async def test_what_is_over_is_not_asked_for(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, f"/health/record/{STOPPED}") as window:
        assert "Amoxicillin" in window.texts() and "Ask for a refill" not in window.texts()


def test_taken_back_while_it_waits_it_may_be_asked_anew(app_with_record: App) -> None:
    asked(app_with_record)
    states.undo(app_with_record.store, app_with_record.store.pending(9)[0].mid)
    assert last_refill(app_with_record.store, METFORMIN) is None


def test_a_note_may_have_a_thousand_letters(app_with_record: App) -> None:
    asked(app_with_record, "x" * MOST_LETTERS)
    with pytest.raises(RuleBroken):
        asked(app_with_record, "x" * (MOST_LETTERS + 1))


def test_the_clinic_answers_at_once_that_a_person_must_decide() -> None:
    said = Mutation(mid="m", scope="patient:rosa", kind="refill", id="r", body="{}")
    (receipt,) = ANSWERS["refill"]("patient:rosa", said, NOW)
    assert isinstance(receipt, Receipt) and (receipt.of, receipt.word) == ("r", Word.HELD)
    assert ANSWERS["refill"]("patient:rosa", said.model_copy(update={"op": "delete"}), NOW) == []


def test_it_is_taken_along_as_a_task(app_with_record: App) -> None:
    refill = asked(app_with_record, "Six left")
    made = resource_of(refill.id, "refill", refill.body(), "rosa")
    assert (made["resourceType"], made["status"], made["for"]) == (
        "Task",
        "requested",
        {"reference": "Patient/rosa"},
    )
    assert made["focus"] == {"reference": "MedicationRequest/met"} and made["note"] == [{"text": "Six left"}]
