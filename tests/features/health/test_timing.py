"""When results appear: chosen for each sort, kept by the clinic, and shown as soon as somebody wants."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from app.context import App
from sync.models import HeldResults, ResultTiming
from sync.models.timing import HELD, TIMING, HeldGroup
from sync.protocol.wire import Page, Reply, Row, Verdict
from tests.features.conftest import NOW, SCOPE, Chart
from tests.harness import Window

Open = Callable[..., Window]
CHOICE = "After my clinician’s comment, in 7 days at most"


def held(chart: Chart, *counts: int) -> None:
    groups = [
        HeldGroup(sort="lab", count=count, until=NOW + timedelta(days=3 + place))
        for place, count in enumerate(counts)
    ]
    chart.send(HeldResults(id=HELD, groups=groups))


async def test_a_choice_is_made_for_one_sort_and_waits_to_be_sent(
    app_with_record: App, open_at: Open
) -> None:
    async with open_at(app_with_record, "/health/list/result") as window:
        await window.tap("When results appear")
        assert window.texts().count("As soon as my clinic has it") == 4
        await window.tap("X-rays and scans")
        await window.choose(CHOICE)
        assert "Waiting to send" in window.texts()
        await window.go("/health/timing")
        assert window.texts().count("As soon as my clinic has it") == 3 and CHOICE in window.texts()
    (sent,) = app_with_record.store.pending(9)
    assert (sent.kind, sent.id, json.loads(sent.body)["imaging"]) == ("result-timing", TIMING, 7)


async def test_choosing_another_sort_keeps_the_first(app_with_record: App, open_at: Open) -> None:
    async with open_at(app_with_record, "/health/timing/imaging") as window:
        await window.choose(CHOICE)
        await window.go("/health/timing/genetic")
        await window.choose("After my clinician’s comment, in 30 days at most")
    chosen = app_with_record.store.get(ResultTiming, TIMING)
    assert chosen and (chosen.imaging, chosen.genetic, chosen.lab) == (7, 30, 0)


async def test_what_is_held_is_said_with_its_last_day_and_shown_on_request(
    app_with_record: App, chart: Chart, open_at: Open
) -> None:
    async with open_at(app_with_record, "/health") as window:
        assert not any("held" in text for text in window.texts())
        held(chart, 1, 1)
        await window.settle()
        (told,) = [text for text in window.texts() if "held" in text]
        assert told.startswith("2 results are held, as you asked.") and "June" in told
        await window.tap("Show now")
        (told,) = [text for text in window.texts() if "held" in text]
        assert told.endswith("You asked to see it now. It comes as soon as there is a connection.")
        assert "Show now" not in window.buttons()
        (sent,) = app_with_record.store.pending(9)
        assert sent.kind == "show-results"
        gone = Row(id=HELD, kind="held-results", rev="1-900", seq=900, body="{}", deleted=True)
        said = Verdict(mid=sent.mid, status="ok", id=sent.id, rev="1-899", seq=899)
        pages = [Page(scope=SCOPE, rows=[gone], cursor="900")]
        app_with_record.store.settle([sent], Reply(verdicts=[said], pages=pages))
        await window.settle()
        assert not any("held" in text for text in window.texts())


async def test_more_may_be_held_after_the_first_was_shown(
    app_with_record: App, chart: Chart, open_at: Open
) -> None:
    async with open_at(app_with_record, "/health/list/result") as window:
        held(chart, 1)
        await window.settle()
        assert any(text.startswith("1 result is held") for text in window.texts())
        await window.tap("Show now")
        assert "Show now" not in window.buttons()
        (sent,) = app_with_record.store.pending(9)
        said = Verdict(mid=sent.mid, status="ok", id=sent.id, rev="1-899", seq=899)
        app_with_record.store.settle([sent], Reply(verdicts=[said]))
        held(chart, 1, 1)
        await window.settle()
        assert "Show now" in window.buttons()


def test_a_sort_that_a_newer_clinic_knows_does_no_harm(app_with_record: App, chart: Chart) -> None:
    chart.send(HeldResults(id=HELD, groups=[HeldGroup(sort="tissue-bank", count=1, until=NOW)]))
    found = app_with_record.store.get(HeldResults, HELD)
    assert found and found.groups[0].sort == "tissue-bank"
