"""How a result stands is said above it: corrected, not final, called off, a mistake; and nothing where it is final."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import App
from sync.models import derive_id
from tests.features.conftest import Chart, a1c
from tests.harness import Window

Open = Callable[..., Window]
WORDS = {
    "amended": "Your lab has corrected this result. This is the newer one.",
    "corrected": "Your lab has corrected this result. This is the newer one.",
    "appended": "Your lab has added something to this result.",
    "preliminary": "This result is not final yet. It may still change.",
    "registered": "This was asked for. There is no result yet.",
    "cancelled": "This was cancelled. There is no result.",
    "entered-in-error": "Your clinic has marked this as entered by mistake. Do not rely on it.",
    "final": "",
    "unknown": "",
}


@pytest.mark.parametrize("status", WORDS)
async def test_a_result_says_how_it_stands(empty_app: App, chart: Chart, open_at: Open, status: str) -> None:
    chart.send_fhir(a1c("a", 6.2, "2026-05-01", status=status))
    async with open_at(empty_app, f"/health/record/{derive_id('record', 'Observation', 'a')}") as window:
        said = [text for text in window.texts() if text in WORDS.values() and text]
        assert said == ([WORDS[status]] if WORDS[status] else [])


async def test_a_corrected_result_takes_the_place_of_the_first(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    chart.send_fhir(a1c("a", 6.2, "2026-05-01"))
    chart.send_fhir(a1c("a", 5.2, "2026-05-01", status="corrected"))
    async with open_at(empty_app, "/health/list/result") as window:
        shown = " ".join(window.texts())
        assert "5.2 %" in shown and "6.2 %" not in shown and "Corrected" in shown


async def test_a_medicine_that_was_cancelled_is_no_result(
    empty_app: App, chart: Chart, open_at: Open
) -> None:
    medicine = {"resourceType": "MedicationRequest", "id": "m", "status": "cancelled"}
    chart.send_fhir({**medicine, "medicationCodeableConcept": {"text": "Metformin"}})
    async with open_at(
        empty_app, f"/health/record/{derive_id('record', 'MedicationRequest', 'm')}"
    ) as window:
        assert WORDS["cancelled"] not in window.texts() and "Status: Cancelled" in window.texts()
