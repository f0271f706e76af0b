"""Readings as numbers: what was typed, exact conversions, a question where one is unlikely, words where one matters."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.features.readings.rules import (
    Change,
    Logged,
    alarm,
    daily,
    doubt,
    grams,
    quick_change,
    read_number,
    read_values,
    slots,
    typed_again,
)
from app.ui.measured import say_amount
from app.ui.strings import Words
from sync.fhir.measures import GLUCOSE, MEASURES, convert
from tests.features.conftest import NOW

TODAY = date(2026, 6, 3)


def numbers(**parts: str) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in parts.items()}


@pytest.mark.parametrize(
    ("text", "number"),
    [("80", "80"), (" 80.5 ", "80.5"), ("80,55", "80.55"), ("98.60", "98.60"), ("0", "0"), ("6200", "6200")],
)
def test_a_typed_number_stays_as_it_was_typed(text: str, number: str) -> None:
    assert str(read_number(text)) == number


@pytest.mark.parametrize(
    "text", ["", "heavy", "80 kg", "-80", "8e1", "80.5.1", "1,000.5", "80.123", "6,200", "٨٠.x", "NaN"]
)
def test_what_is_no_number_is_not_guessed_at(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "number"), [("6,200", "6200"), ("6.200", "6200"), ("12,345,678", "12345678")]
)
def test_steps_may_have_their_thousands_parted(text: str, number: str) -> None:
    assert read_values("steps", {"value": text}) == ({"value": Decimal(number)}, {})


@pytest.mark.parametrize(
    ("what", "typed", "values", "wrong"),
    [
        ("pressure", {"systolic": "128", "diastolic": "81"}, numbers(systolic="128", diastolic="81"), {}),
        (
            "pressure",
            {"systolic": "128", "diastolic": "81", "pulse": "70"},
            numbers(systolic="128", diastolic="81", pulse="70"),
            {},
        ),
        ("pressure", {"systolic": "128"}, numbers(systolic="128"), {"diastolic": "not_a_number"}),
        (
            "pressure",
            {"systolic": "1", "diastolic": "2", "pulse": "x"},
            numbers(systolic="1", diastolic="2"),
            {"pulse": "not_a_number"},
        ),
        ("sleep", {"hours": "7", "minutes": "30"}, numbers(value="450"), {}),
        ("sleep", {"hours": "7,5"}, numbers(value="450.0"), {}),
        ("sleep", {"minutes": "45"}, numbers(value="45"), {}),
        ("sleep", {}, {}, {"hours": "not_a_number"}),
        ("sleep", {"hours": "7", "minutes": "half"}, {}, {"minutes": "not_a_number"}),
        ("pain", {}, {}, {"value": "not_a_number"}),
    ],
)
def test_the_parts_of_a_measure_are_read_each_by_itself(
    what: str, typed: dict[str, str], values: dict[str, Decimal], wrong: dict[str, str]
) -> None:
    assert read_values(what, typed) == (values, wrong)


@pytest.mark.parametrize("what", MEASURES)
def test_what_is_changed_stands_in_the_fields_as_it_was_typed(what: str) -> None:
    typed = {slot: "42" for slot in slots(what)}
    values, _ = read_values(what, typed)
    assert typed_again(what, values) == typed


@pytest.mark.parametrize(
    ("what", "value", "of", "to", "expected"),
    [
        ("weight", "177.5", "[lb_av]", "kg", "80.5"),
        ("weight", "80.5", "kg", "[lb_av]", "177.5"),
        ("glucose", "54", "mg/dL", "mmol/L", "3.0"),
        ("glucose", "5.5", "mmol/L", "mg/dL", "99"),
        ("glucose", "10", "mmol/L", "mg/dL", "180"),
        ("temperature", "98.6", "[degF]", "Cel", "37.0"),
        ("temperature", "39.4", "Cel", "[degF]", "102.9"),
        ("temperature", "-40", "Cel", "[degF]", "-40.0"),
        ("pressure", "120", "mm[Hg]", "kPa", "16.0"),
        ("pressure", "16", "kPa", "mm[Hg]", "120"),
        ("sleep", "7.5", "h", "min", "450"),
    ],
)
def test_units_are_converted_exactly_and_rounded_once(
    what: str, value: str, of: str, to: str, expected: str
) -> None:
    measure = MEASURES[what]
    units = measure.unit(of), measure.unit(to)
    assert units[0] and units[1]
    assert str(convert(Decimal(value), units[0], units[1])) == expected


@pytest.mark.parametrize("tenths", [*range(990, 1010), 1775, 2503])
def test_in_its_own_unit_nothing_is_rounded(tenths: int) -> None:
    typed, unit = Decimal(tenths) / 10, MEASURES["weight"].units[0]
    assert convert(typed, unit, unit) == typed


def test_a_mole_of_glucose_weighs_what_its_atoms_do() -> None:
    assert 6 * Decimal("12.011") + 12 * Decimal("1.008") + 6 * Decimal("15.999") == GLUCOSE


@pytest.mark.parametrize(
    ("what", "values", "unit", "why"),
    [
        ("weight", numbers(value="700"), "kg", "unlikely"),
        ("weight", numbers(value="80"), "kg", ""),
        ("weight", numbers(value="0"), "kg", "unlikely"),
        ("weight", numbers(value="700"), "[lb_av]", "unlikely"),
        ("pressure", numbers(systolic="128", diastolic="81"), "mm[Hg]", ""),
        ("pressure", numbers(systolic="81", diastolic="128"), "mm[Hg]", "crossed"),
        ("pressure", numbers(systolic="90", diastolic="90"), "mm[Hg]", "crossed"),
        ("pressure", numbers(systolic="16", diastolic="10.8"), "kPa", ""),
        ("pressure", numbers(systolic="16", diastolic="10.8"), "mm[Hg]", "unlikely"),
        ("pressure", numbers(systolic="128", diastolic="81", pulse="700"), "mm[Hg]", "unlikely"),
        ("glucose", numbers(value="5.5"), "mmol/L", ""),
        ("glucose", numbers(value="5.5"), "mg/dL", "unlikely"),
        ("glucose", numbers(value="98"), "mmol/L", "unlikely"),
        ("temperature", numbers(value="98.6"), "[degF]", ""),
        ("temperature", numbers(value="98.6"), "Cel", "unlikely"),
        ("oxygen", numbers(value="101"), "%", "unlikely"),
        ("oxygen", numbers(value="97"), "%", ""),
        ("heart", numbers(value="7"), "/min", "unlikely"),
        ("sleep", numbers(value="1500"), "min", "unlikely"),
        ("steps", numbers(value="6200"), "/d", ""),
    ],
)
def test_an_unlikely_number_is_asked_about(
    what: str, values: dict[str, Decimal], unit: str, why: str
) -> None:
    assert doubt(what, values, unit) == why


@pytest.mark.parametrize(
    ("before", "unit", "now", "why"),
    [
        ("80", "kg", "80", "jump"),
        ("80", "[lb_av]", "80", ""),
        ("200", "[lb_av]", "176", ""),
        ("80", "kg", "140", "jump"),
    ],
)
def test_pounds_for_kilograms_are_asked_about(before: str, unit: str, now: str, why: str) -> None:
    assert doubt("weight", numbers(value=now), "[lb_av]", numbers(value=before), unit) == why


@pytest.mark.parametrize(
    ("what", "values", "unit", "name"),
    [
        ("pressure", numbers(systolic="180", diastolic="90"), "mm[Hg]", "pressure_high"),
        ("pressure", numbers(systolic="179", diastolic="119"), "mm[Hg]", ""),
        ("pressure", numbers(systolic="150", diastolic="120"), "mm[Hg]", "pressure_high"),
        ("pressure", numbers(systolic="24", diastolic="12"), "kPa", "pressure_high"),
        ("glucose", numbers(value="53"), "mg/dL", "glucose_low"),
        ("glucose", numbers(value="54"), "mg/dL", ""),
        ("glucose", numbers(value="2.9"), "mmol/L", "glucose_low"),
        ("glucose", numbers(value="3.0"), "mmol/L", ""),
        ("glucose", numbers(value="299"), "mg/dL", ""),
        ("glucose", numbers(value="300"), "mg/dL", "glucose_high"),
        ("glucose", numbers(value="16.7"), "mmol/L", "glucose_high"),
        ("oxygen", numbers(value="89"), "%", "oxygen_low"),
        ("oxygen", numbers(value="90"), "%", ""),
        ("temperature", numbers(value="103"), "[degF]", "fever"),
        ("temperature", numbers(value="39.4"), "Cel", "fever"),
        ("temperature", numbers(value="102.9"), "[degF]", ""),
        ("temperature", numbers(value="94.9"), "[degF]", "cold"),
        ("temperature", numbers(value="95"), "[degF]", ""),
        ("heart", numbers(value="200"), "/min", ""),
        ("pain", numbers(value="10"), "{score}", ""),
        ("tomorrow", numbers(value="1"), "x", ""),
        ("glucose", numbers(value="1"), "a unit of tomorrow", ""),
    ],
)
def test_the_limits_of_what_may_be_dangerous(
    what: str, values: dict[str, Decimal], unit: str, name: str
) -> None:
    assert alarm(what, values, unit) == name


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    "name", ["pressure_high", "glucose_low", "glucose_high", "oxygen_low", "fever", "cold"]
)
def test_the_calm_words_name_a_way_to_help_and_no_illness(language: str, name: str) -> None:
    said = Words(language)(f"readings.alarm.{name}", amount="x")
    assert "911" in said and "!" not in said
    assert not any(word in said.lower() for word in ("hyper", "hypo", "hiper", "hipo", "diabet", "stroke"))


@pytest.mark.parametrize(
    ("what", "values", "unit", "shown", "said"),
    [
        ("pressure", numbers(systolic="128", diastolic="81"), "mm[Hg]", "", "128/81 mmHg"),
        (
            "pressure",
            numbers(systolic="128", diastolic="81", pulse="70"),
            "mm[Hg]",
            "",
            "128/81 mmHg, pulse 70 a minute",
        ),
        ("pressure", numbers(systolic="128", diastolic="81"), "mm[Hg]", "kPa", "17.1/10.8 kPa"),
        ("weight", numbers(value="80.55"), "kg", "kg", "80.55 kg"),
        ("weight", numbers(value="80.51328125"), "kg", "kg", "80.5 kg"),
        ("weight", numbers(value="80.5"), "kg", "[lb_av]", "177.5 lb"),
        ("glucose", numbers(value="98"), "mg/dL", "mmol/L", "5.4 mmol/L"),
        ("pain", numbers(value="3"), "{score}", "", "3 of 10"),
        ("steps", numbers(value="6200"), "/d", "", "6,200 steps"),
        ("sleep", numbers(value="450"), "min", "", "7 h 30 min"),
        ("sleep", numbers(value="7.5"), "h", "min", "7 h 30 min"),
        ("tomorrow", numbers(value="1.50"), "furlong", "", "1.50 furlong"),
        ("weight", numbers(value="12"), "[stone_av]", "kg", "12 [stone_av]"),
    ],
)
def test_an_amount_is_said_as_people_say_it(
    what: str, values: dict[str, Decimal], unit: str, shown: str, said: str
) -> None:
    told = say_amount(what, values, unit, Words("en"), shown)
    assert told.replace("\u2066", "").replace("\u2069", "").replace("\u00a0", " ") == said


# --- days


def weighed(at: datetime, kilos: str) -> Logged:
    return Logged(kilos, "weight", numbers(value=kilos), "kg", at)


def test_the_last_of_the_patient_s_own_day_counts() -> None:
    late = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)
    found = [weighed(NOW, "3"), weighed(late + timedelta(hours=1), "2"), weighed(late, "1")]
    days = daily(found, ZoneInfo("America/Chicago"))
    assert [(day, grams(one)) for day, one in days] == [(date(2026, 6, 2), 2_000), (date(2026, 6, 3), 3_000)]


def day_of(back: int, kilograms: float) -> tuple[date, int]:
    return TODAY - timedelta(days=back), round(kilograms * 1000)


@pytest.mark.parametrize(
    ("days", "change"),
    [
        ([day_of(7, 82.6), day_of(0, 80.5)], Change(-2100, 7)),
        ([day_of(3, 80), day_of(1, 81), day_of(0, 82)], Change(2000, 3)),
        ([day_of(8, 90), day_of(5, 80), day_of(0, 81.9)], None),
        ([day_of(8, 90), day_of(0, 80)], None),
        ([day_of(15, 84), day_of(8, 80)], None),
        ([day_of(14, 84), day_of(7, 80)], Change(-4000, 7)),
        ([day_of(1, 80), day_of(0, 36.3)], Change(-43_700, 1, odd=True)),
        ([day_of(0, 80)], None),
        ([], None),
    ],
)
def test_two_kilograms_within_a_week_are_a_quick_change(
    days: list[tuple[date, int]], change: Change | None
) -> None:
    assert quick_change(days, TODAY) == change
