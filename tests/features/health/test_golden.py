"""Real results and what is said of each, word for word in both languages; and that no word says more than the lab."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from app.context import App
from tests.features.conftest import Chart
from tests.features.health.golden.make import CASES
from tests.features.health.golden.page import look

GOLDEN = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
JUDGEMENTS = re.compile(r"\b(ab)?normal|anormal|critic|crític|danger|peligr", re.IGNORECASE)
names = [f"{case['resource']['resourceType']}-{case['resource']['id']}"[:60] for case in GOLDEN]


def test_there_are_many_and_of_every_shape() -> None:
    assert len(GOLDEN) >= 60
    given = {key for case in GOLDEN for key in case["resource"] if key.startswith("value")}
    assert {"valueQuantity", "valueCodeableConcept"} <= given
    assert sum(bool(case["expected"]["en"]["lines"]) for case in GOLDEN) >= 10
    assert any("component" in case["resource"] for case in GOLDEN)


@pytest.mark.parametrize("case", GOLDEN, ids=names)
async def test_a_real_result_is_said_as_reviewed(empty_app: App, chart: Chart, case: dict[str, Any]) -> None:
    chart.send_fhir(case["resource"])
    for language in ("en", "es"):
        assert await look(empty_app, case["resource"], language) == case["expected"][language]


@pytest.mark.parametrize("case", GOLDEN, ids=names)
def test_nothing_is_judged_that_the_lab_did_not_judge(case: dict[str, Any]) -> None:
    given = json.dumps(case["resource"], ensure_ascii=False).lower()
    flagged = "interpretation" in given
    for language in ("en", "es"):
        for line in case["expected"][language]["says"]:
            judged = JUDGEMENTS.search(line)
            assert not judged or flagged or judged[0].lower() in given, line


@pytest.mark.parametrize("case", GOLDEN, ids=names)
def test_no_range_is_invented(case: dict[str, Any]) -> None:
    ranges = json.dumps([case["resource"].get("referenceRange"), case["resource"].get("component")])
    for language in ("en", "es"):
        said = case["expected"][language]
        if "referenceRange" not in ranges and "low" not in ranges and "high" not in ranges:
            assert not said["lines"]
        for line in said["says"]:
            for low, high in re.findall(r"\(([\d.,]+)–([\d.,]+)\)", line):
                assert {Decimal(low.replace(",", "")), Decimal(high.replace(",", ""))} <= numbers(ranges), (
                    line
                )


def numbers(text: str) -> set[Decimal]:
    return {Decimal(one) for one in re.findall(r"-?\d+(?:\.\d+)?", text)}
