"""Which results are new: those not shown yet, per person, also after the clinic began to count anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.context import App
from app.features.health.commands import see_results
from app.features.health.queries import newest_unseen
from sync.protocol.wire import Page, Reply, Row
from tests.features.conftest import SCOPE, Chart, a1c
from tests.harness import Window

RESULT_OF_LUIS = """{"type": "Observation", "category": "result", "title": "A1c", "when": "2020-01-01",
    "status": "final", "resource": {}}"""


def test_the_newest_result_is_new_until_it_was_shown(app_with_record: App, chart: Chart) -> None:
    line, others = newest_unseen(app_with_record.store)
    assert line and (line.title, others) == ("Sugar panel", 0)
    see_results(app_with_record)
    assert newest_unseen(app_with_record.store) == (None, 0)
    chart.send_fhir(a1c("n1", 7.0, "2026-06-02"), a1c("n2", 7.1, "2026-05-20"))
    line, others = newest_unseen(app_with_record.store)
    assert line and (line.value, others) == ("7.0", 1)


def restored(chart: Chart, *resources: dict[str, Any]) -> None:
    """The clinic was restored from a backup: it counts anew and says everything again."""
    before, chart.seq = chart.settle, 0

    def anew(rows: list[Row], scope: str, more: bool) -> None:
        page = Page(scope=scope, rows=rows, cursor="anew", reset="epoch")
        chart.app.store.settle([], Reply(pages=[page]))

    chart.settle = anew  # type: ignore[method-assign]
    chart.send_fhir(*resources)
    chart.settle = before  # type: ignore[method-assign]


def test_after_a_restore_at_the_clinic_only_later_results_are_new(empty_app: App, chart: Chart) -> None:
    old = [a1c(f"o{n}", 7.0, f"2026-05-0{n}") for n in range(1, 6)]
    chart.seq = 500
    chart.send_fhir(*old)
    see_results(empty_app)
    restored(chart, *old)
    assert newest_unseen(empty_app.store) == (None, 0)
    chart.send_fhir(a1c("n1", 6.8, "2026-06-02"))
    line, others = newest_unseen(empty_app.store)
    assert line and (line.value, others) == ("6.8", 0)
    see_results(empty_app)
    chart.send_fhir(a1c("late", 6.9, "2026-04-01"))
    line, _ = newest_unseen(empty_app.store)
    assert line and line.value == "6.9"


def test_what_was_shown_of_one_person_says_nothing_of_another(app_with_record: App, chart: Chart) -> None:
    see_results(app_with_record)
    chart.seq = 0
    app_with_record.view("patient-luis")
    assert newest_unseen(app_with_record.store) == (None, 0)
    chart.settle([chart.row("x", "record", RESULT_OF_LUIS)], "patient-luis", False)
    line, _ = newest_unseen(app_with_record.store)
    assert line and line.id == "x"
    see_results(app_with_record)
    assert newest_unseen(app_with_record.store) == (None, 0)
    app_with_record.view(SCOPE)
    assert newest_unseen(app_with_record.store) == (None, 0)


async def test_health_opens_on_what_is_new_until_the_results_were_looked_at(
    app_with_record: App, chart: Chart, open_at: Callable[..., Window]
) -> None:
    async with open_at(app_with_record, "/health") as window:
        assert "New since you last looked" in window.texts()
        await window.go("/health/list/result")
        await window.go("/health")
        assert "New since you last looked" not in window.texts()
        chart.send_fhir(*(a1c(f"n{n}", 6.0 + n / 10, f"2026-06-0{n}") for n in (1, 2, 3)))
        await window.settle()
        assert {"New since you last looked", "6.3 %", "6.2 %", "6.1 %"} <= set(window.texts())
        assert "All results" not in window.buttons()
        chart.send_fhir(a1c("n4", 6.4, "2026-06-02"))
        await window.settle()
        await window.tap("All results")
        assert window.route == "/health/list/result"
