"""The outbox: honest words, a way back, and what to do when the clinic's computer said no."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft
import pytest

from app.context import App
from app.features.mood.commands import log_mood
from app.features.waiting.commands import let_go, undo
from app.features.waiting.queries import sent_items, waiting_items
from app.features.waiting.rules import reason_key
from sync.models import MoodEntry, Receipt, Word
from sync.protocol.wire import Reply, Verdict
from tests.features.conftest import NOW, Chart
from tests.harness import Window
from tests.sight import name_of
from tests.sync.letters import write

Open = Callable[..., Window]


def answer(app: App, status: str, reason: str | None = None) -> None:
    """The clinic's verdict on everything that waits."""
    waiting = app.store.pending(50)
    good = {"rev": "1", "seq": 90} if status == "ok" else {}
    verdicts = [Verdict(mid=m.mid, status=status, id=m.id, reason=reason, **good) for m in waiting]
    app.store.settle(waiting, Reply(verdicts=verdicts))


@pytest.mark.parametrize(
    ("code", "key"),
    [("exists", "changed_elsewhere"), ("access_ended", "access_ended"), ("brand_new", "other")],
)
def test_a_refusal_has_words(code: str, key: str) -> None:
    assert reason_key(code) == key


def test_what_needs_the_patient_stands_first(empty_app: App) -> None:
    log_mood(empty_app, 1)
    answer(empty_app, "rejected", "exists")
    log_mood(empty_app, 2)
    items = waiting_items(empty_app.store)
    assert [(item.word, item.reason) for item in items] == [("needs-you", "exists"), ("waiting", "")]


async def test_what_waits_for_its_file_says_so(empty_app: App, open_at: Open) -> None:
    letter = write(empty_app.store, b"a picture")
    log_mood(empty_app, 2)
    assert [item.file for item in waiting_items(empty_app.store)] == ["going", ""]
    async with open_at(empty_app, "/waiting") as window:
        assert "Its file is sent first. A big file takes a while." in window.texts()
    empty_app.take_back(letter)
    assert [item.file for item in waiting_items(empty_app.store)] == [""]


def test_undo_takes_it_back(empty_app: App) -> None:
    log_mood(empty_app, 1)
    undo(empty_app, waiting_items(empty_app.store)[0].mid)
    assert (waiting_items(empty_app.store), empty_app.store.find(MoodEntry)) == ([], [])


def test_only_what_was_refused_can_be_let_go(empty_app: App) -> None:
    log_mood(empty_app, 1)
    mid = waiting_items(empty_app.store)[0].mid
    let_go(empty_app, mid)
    assert len(waiting_items(empty_app.store)) == 1
    answer(empty_app, "rejected", "invalid")
    let_go(empty_app, mid)
    assert waiting_items(empty_app.store) == []


def test_what_was_sent_carries_the_clinic_s_latest_word(empty_app: App, chart: Chart) -> None:
    mood = log_mood(empty_app, 4)
    answer(empty_app, "ok")
    assert [item.word for item in sent_items(empty_app.store)] == ["sent"]
    chart.seq = 100
    chart.send(Receipt(id="r", of=mood.id, word=Word.REFUSED, at=NOW, reason="Please call us."))
    assert [(item.word, item.reason) for item in sent_items(empty_app.store)] == [
        ("refused", "Please call us.")
    ]


async def test_a_waiting_mood_is_undone_on_the_page(empty_app: App, open_at: Open) -> None:
    log_mood(empty_app, 4, "Fine.")
    async with open_at(empty_app, "/waiting") as window:
        assert {"Mood: Good", "Fine.", "Waiting to send"} <= set(window.texts())
        await window.tap("Undo")
        assert any(text.startswith("Nothing is waiting") for text in window.texts())


async def test_a_refusal_says_why_and_is_let_go_after_asking(empty_app: App, open_at: Open) -> None:
    log_mood(empty_app, 4)
    answer(empty_app, "rejected", "access_ended")
    async with open_at(empty_app, "/waiting") as window:
        assert any("had ended this device’s access" in text for text in window.texts())
        await window.tap("Let it go")
        assert "Let this go?" in window.texts()
        found = [b for b in window.find() if getattr(b, "on_click", None)]
        await window.fire(found[-1], "click")
        assert waiting_items(empty_app.store) == []


async def test_nothing_is_called_sent_before_the_receipt(empty_app: App, open_at: Open) -> None:
    log_mood(empty_app, 4)
    async with open_at(empty_app, "/waiting") as window:
        assert "Sent" not in window.texts()
        answer(empty_app, "ok")
        await window.settle()
        assert {"Sent lately", "Sent"} <= set(window.texts())
        assert "Clinic has it" not in window.texts()


async def test_working_offline_on_purpose_is_said(empty_app: App, open_at: Open) -> None:
    log_mood(empty_app, 4)
    empty_app.change_settings(offline=True)
    async with open_at(empty_app, "/waiting") as window:
        assert any("You chose to work offline" in text for text in window.texts())


async def test_each_undo_says_what_it_undoes(empty_app: App, open_at: Open) -> None:
    log_mood(empty_app, 4)
    log_mood(empty_app, 2)
    async with open_at(empty_app, "/waiting") as window:
        groups = [g for g in window.find(ft.MergeSemantics) if name_of(g) == "Undo"]
        labels = [inner.label for group in groups for inner in window.find(ft.Semantics, group)]
        assert [label.split(",")[0] for label in labels] == ["Mood: Good", "Mood: Bad"]
        assert all("9:12" in label for label in labels)
