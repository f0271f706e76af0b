"""How to take a medicine: the clinic's own words; a plain schedule in ours; never half of what it sent."""

from __future__ import annotations

from typing import Any

import pytest

from app.ui.dosing import say_doses
from app.ui.strings import Words

BELOW = "Your clinic sent no instructions in words. What it sent stands below."


def plain(frequency: float, period: float, unit: str, dose: Any = 1.0, **more: Any) -> dict[str, Any]:
    """An instruction as Synthea writes it."""
    repeat = {"frequency": frequency, "period": period, "periodUnit": unit}
    return {
        "sequence": 1,
        "timing": {"repeat": repeat},
        "asNeededBoolean": False,
        "doseAndRate": [{"doseQuantity": dose if isinstance(dose, dict) else {"value": dose}}],
        **more,
    }


@pytest.mark.parametrize(
    ("instruction", "english", "spanish"),
    [
        (plain(1, 1, "d"), "Dose: 1. Once a day.", "Dosis: 1. Una vez al día."),
        (plain(2, 1, "d", 1), "Dose: 1. 2 times a day.", "Dosis: 1. 2 veces al día."),
        (plain(1, 8, "h", 2), "Dose: 2. Every 8 hours.", "Dosis: 2. Cada 8 horas."),
        (
            plain(1, 1, "wk", {"value": 5, "unit": "mg"}, asNeededBoolean=True),
            "Dose: 5 mg. Once a week. Only when you need it.",
            "Dosis: 5 mg. Una vez a la semana. Solo cuando la necesite.",
        ),
    ],
)
def test_a_plain_schedule_is_said_in_words(instruction: dict[str, Any], english: str, spanish: str) -> None:
    for language, said in (("en", english), ("es", spanish)):
        [told] = say_doses([instruction], Words(language))
        assert told.replace("\u2066", "").replace("\u2069", "").replace("\u00a0", " ") == said


def test_what_was_written_stays_as_it_was_written() -> None:
    written = plain(1, 1, "d", text="One tablet  with food", patientInstruction="Not at night")
    assert say_doses([written, written], Words("en")) == ["One tablet with food", "Not at night"]


@pytest.mark.parametrize(
    "instruction",
    [
        plain(3, 2, "d"),
        plain(1, 0.5, "d"),
        plain(1, 1, "a"),
        plain(1, 1, "d", maxDosePerPeriod={"numerator": {"value": 4}}),
        plain(1, 1, "d", timing={"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"]}}),
        plain(1, 1, "d", timing={"repeat": {}, "code": {"text": "BID"}}),
        plain(1, 1, "d", {"value": 1, "comparator": "<"}),
        plain(1, 1, "d", doseAndRate=[{"doseQuantity": {"value": 1}}, {"doseQuantity": {"value": 2}}]),
        plain(1, 1, "d", doseAndRate=[{"doseRange": {"low": {"value": 1}}}]),
        plain(1, 1, "d", route={"text": "By mouth"}),
        {"sequence": 1, "asNeededBoolean": True},
    ],
)
def test_what_is_more_than_that_is_not_said_in_part(instruction: dict[str, Any]) -> None:
    assert say_doses([instruction], Words("en")) == [BELOW]


def test_nothing_was_sent() -> None:
    assert say_doses([], Words("en")) == []
