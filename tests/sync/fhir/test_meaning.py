"""What a value means in words: tables of examples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sync.fhir.meaning import judge, place, say_span, trend
from sync.fhir.value import (
    Measure,
    Span,
    pressure,
    read_findings,
    read_flags,
    read_measure,
    read_number,
    read_spans,
    read_when,
    say_measure,
    say_number,
    say_unit,
)

A1C = Span(Decimal("4.0"), Decimal("5.6"))
POTASSIUM = Span(Decimal("3.5"), Decimal("5.1"))


def measure(value: str, comparator: str = "") -> Measure:
    """A percentage."""
    return Measure(Decimal(value), "%", comparator)


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ("5.0", "inside"),
        ("4.0", "edge_low"),
        ("4.05", "edge_low"),
        ("5.6", "edge_high"),
        ("5.55", "edge_high"),
        ("5.7", "little_above"),
        ("7.2", "little_above"),
        ("7.3", "clearly_above"),
        ("8.8", "clearly_above"),
        ("8.9", "far_above"),
        ("3.9", "little_below"),
        ("2.3", "clearly_below"),
        ("0.1", "far_below"),
    ],
)
def test_a_value_is_placed_by_its_distance_from_the_range(value: str, where: str) -> None:
    assert place(measure(value), A1C) == where


@pytest.mark.parametrize(
    ("value", "where"),
    [("5.0", "inside"), ("5.3", "little_above"), ("5.8", "clearly_above"), ("6.5", "far_above")],
)
def test_where_a_small_distance_matters_the_words_are_stronger(value: str, where: str) -> None:
    assert place(measure(value), POTASSIUM, "http://loinc.org|2823-3") == where


@pytest.mark.parametrize(
    ("value", "comparator", "span", "where"),
    [
        ("4", "<", A1C, "little_below"),
        ("3", "<", A1C, "little_below"),
        ("5", "<", A1C, ""),
        ("5", "<", Span(None, Decimal(6)), "inside"),
        ("5", "<", Span(Decimal(0), Decimal(6)), "inside"),
        ("7", "<", Span(None, Decimal(6)), ""),
        ("14", ">", A1C, "far_above"),
        ("5.6", ">", A1C, "little_above"),
        ("5", ">", A1C, ""),
        ("90", ">", Span(Decimal(60), None), "inside"),
        ("50", ">=", Span(Decimal(60), None), ""),
    ],
)
def test_less_than_and_more_than_are_placed_only_when_certain(
    value: str, comparator: str, span: Span, where: str
) -> None:
    assert place(measure(value, comparator), span) == where


@pytest.mark.parametrize(
    ("value", "span", "where"),
    [
        ("60", Span(Decimal(60), None), "edge_low"),
        ("61", Span(Decimal(60), None), "inside"),
        ("50", Span(Decimal(60), None), "little_below"),
        ("250", Span(None, Decimal(100)), "clearly_above"),
        ("0.1", Span(None, Decimal(0)), "far_above"),
        ("5", Span(Decimal(9), Decimal(1)), ""),
        ("5", Span(), ""),
        ("1", Span(Decimal(1), Decimal(1)), "edge_high"),
    ],
)
def test_open_and_odd_ranges(value: str, span: Span, where: str) -> None:
    assert place(measure(value), span) == where


def test_what_the_lab_calls_critical_is_never_a_little() -> None:
    assert judge(measure("5.7"), [A1C], critical=True)[0] == "far_above"
    assert judge(measure("5.0"), [A1C], critical=True)[0] == "inside"


def test_without_a_range_we_say_so() -> None:
    assert judge(measure("5"), []) == ("no_range", {})


def test_with_several_ranges_we_choose_none() -> None:
    key, said = judge(measure("5"), [A1C, Span(Decimal(1), Decimal(2), "children")])
    assert (key, said) == ("several_ranges", {"ranges": "4.0–5.6; 1–2 (children)"})


def test_a_range_in_words_is_repeated() -> None:
    assert judge(None, [Span(text="negative")]) == ("range_text", {"range": "negative"})
    assert judge(measure("5"), [Span(text="below 6")]) == ("range_text", {"range": "below 6"})


def test_what_cannot_be_placed_is_said_to_be_unclear() -> None:
    assert judge(measure("5", "<"), [A1C]) == ("unclear", {"range": "4.0–5.6"})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("7.20", "7.20"),
        ("1250", "1,250"),
        ("154.8904305864396", "154.9"),
        ("6.1623", "6.16"),
        ("0.12345", "0.123"),
        ("0.00001234", "0.00001234"),
        ("-3.5", "-3.5"),
    ],
)
def test_numbers_are_said_as_written_unless_unreadable(value: str, said: str) -> None:
    assert say_number(Decimal(value)) == said


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("mm[Hg]", "mmHg"),
        ("{beats}/min", "/min"),
        ("1", ""),
        ("{score}", ""),
        ("Cel", "°C"),
        ("mg/dL", "mg/dL"),
    ],
)
def test_units_are_written_as_people_write_them(unit: str, said: str) -> None:
    assert say_unit(unit) == said


@pytest.mark.parametrize("value", [None, True, "many", "NaN", [1]])
def test_what_is_no_number_is_none(value: Any) -> None:
    assert read_number(value) is None


def test_a_quantity_keeps_its_comparator() -> None:
    found = read_measure({"value": Decimal("0.50"), "comparator": "<=", "code": "mg/dL"})
    assert found and (say_measure(found), found.unit) == ("≤0.50", "mg/dL")


def test_ranges_for_treatment_are_no_usual_ranges() -> None:
    low, high = {"value": 4}, {"value": 6}
    therapy = {"low": {"value": 6}, "high": {"value": 7}, "type": {"coding": [{"code": "therapeutic"}]}}
    usual = {"low": low, "high": high, "type": {"coding": [{"code": "normal"}]}}
    assert read_spans({"referenceRange": [therapy, usual]}) == [Span(Decimal(4), Decimal(6))]


def test_a_range_in_another_unit_is_told_and_not_compared() -> None:
    ranges = {
        "referenceRange": [{"low": {"value": 4, "unit": "mmol/L"}, "high": {"value": 6, "unit": "mmol/L"}}]
    }
    assert read_spans(ranges, "mg/dL") == [Span(text="4 mmol/L – 6 mmol/L")]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (A1C, "4.0–5.6"),
        (Span(None, Decimal(5)), "≤ 5"),
        (Span(Decimal(60), None), "≥ 60"),
        (Span(text="none"), "none"),
    ],
)
def test_ranges_are_said(span: Span, said: str) -> None:
    assert say_span(span) == said


def test_flags_are_the_labs_own_words() -> None:
    known = {"coding": [{"code": "H"}]}
    unknown = {"coding": [{"code": "ZZ", "display": "Watch"}]}
    assert read_flags({"interpretation": [known, unknown, {}]}) == [("H", "H"), ("", "Watch")]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"valueCodeableConcept": {"text": "Positive"}}, "Positive"),
        ({"valueString": "Yellow, clear"}, "Yellow, clear"),
        ({"valueBoolean": True}, "true"),
        ({"valueBoolean": False}, "false"),
        ({"valueInteger": 12}, "12"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1 : 128"),
        (
            {"valueRange": {"low": {"value": 2, "unit": "mg"}, "high": {"value": 4, "unit": "mg"}}},
            "2 mg – 4 mg",
        ),
        ({"valueDateTime": "2026-01-02"}, "2026-01-02"),
    ],
)
def test_values_that_are_no_quantity_are_told_in_words(value: dict[str, Any], told: str) -> None:
    assert [(one.told, one.measure) for one in read_findings(value, "Test")] == [(told, None)]


def test_an_observation_without_a_value_has_no_finding() -> None:
    assert read_findings({"dataAbsentReason": {"text": "lost"}}, "Test") == []


def test_blood_pressure_is_one_number_of_two() -> None:
    parts = [
        {"code": {"coding": [{"code": code}]}, "valueQuantity": {"value": value, "unit": "mm[Hg]"}}
        for code, value in (("8462-4", 81.4), ("8480-6", 128))
    ]
    assert pressure(read_findings({"component": parts}, "Blood pressure")) == ("128/81", "mmHg")
    assert pressure([]) == ("", "")


DAYS = [date(2026, month, 1) for month in (1, 2, 3)]


@pytest.mark.parametrize(
    ("values", "way"),
    [
        (("8.1", "7.6", "7.2"), "down"),
        (("7.0", "7.1", "7.6"), "up"),
        (("7.0", "7.1", "7.1"), "steady"),
        (("7.0", "9.9", "7.1"), "back"),
        (("0", "0", "0"), "steady"),
    ],
)
def test_a_series_has_a_way(values: tuple[str, ...], way: str) -> None:
    found = trend([(day, Decimal(value)) for day, value in zip(DAYS, values, strict=True)])
    assert found and found[0] == way
    assert found[1] == {"since": DAYS[0], "first": values[0], "last": values[-1]}


def test_one_value_has_no_way() -> None:
    assert trend([(DAYS[0], Decimal(7))]) is None


@pytest.mark.parametrize(
    ("said", "exact"),
    [
        ("2026", "year"),
        ("2026-03", "month"),
        ("2026-03-01", "day"),
        ("2026-03-01T10:00:00Z", "time"),
        ("2026-03-01T10:00:00", "day"),
        ("soon", ""),
        ("", ""),
        ("2026-13-01", ""),
    ],
)
def test_a_date_is_as_exact_as_it_was_given(said: str, exact: str) -> None:
    assert read_when(said)[1] == exact
