"""The codes of what people measure stand in real records: LOINC with its UCUM unit, as servers wrote them."""

from __future__ import annotations

import bz2
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.specialty import ASSETS
from sync.fhir.measures import MEASURES
from sync.fhir.shape import codings, dicts

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
OPEN = {".gz": gzip.open, ".bz2": bz2.open}
Pair = tuple[str, str]


def ours() -> set[Pair]:
    """Each code with the units it is written in; a panel's code has none."""
    found: set[Pair] = set()
    for measure in MEASURES.values():
        for part in measure.parts:
            units = [part.unit] if part.unit else measure.units
            for unit in units:
                code = unit.coding or part.coding
                listed = [code] if code else measure.codings
                found |= {(one[0], unit.code) for one in listed}
    return found


def observed(file: Path) -> Iterator[Pair]:
    """Each code with the unit of its value, in the Observations of a file."""
    text = OPEN[file.suffix](file).read() if file.suffix in OPEN else file.read_bytes()
    found: Any = json.loads(text)
    for entry in [found, *(one.get("resource") for one in dicts(found.get("entry")))]:
        if isinstance(entry, dict) and entry.get("resourceType") == "Observation":
            for piece in [entry, *dicts(entry.get("component"))]:
                unit = (piece.get("valueQuantity") or {}).get("code", "")
                yield from ((coding.get("code", ""), unit) for coding in codings(piece.get("code")))


def in_files(files: Iterator[Path]) -> set[Pair]:
    return {pair for file in files for pair in observed(file)}


def test_those_of_the_demo_s_patients() -> None:
    seen = in_files((ASSETS / "demo" / "patients").iterdir())
    assert {("8480-6", "mm[Hg]"), ("8462-4", "mm[Hg]"), ("29463-7", "kg"), ("72514-3", "{score}")} <= seen
    assert ours() >= seen & ours() and ("55284-4", "") in seen


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the development data is not beside this checkout")
def test_all_but_those_that_no_record_has() -> None:
    examples = (SHARED / "fhir-r4-examples").glob("Observation-*.json")
    patients = (file for file in (SHARED / "patients").rglob("*.json.*z*") if file.parent.name != "big")
    missing = ours() - in_files(examples) - in_files(patients)
    unusual = {("8480-6", "kPa"), ("8462-4", "kPa"), ("8310-5", "[degF]"), ("93832-4", "h")}
    assert missing == {*unusual, ("41950-7", "/d"), ("93832-4", "min")}
