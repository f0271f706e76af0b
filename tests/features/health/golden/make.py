"""Chooses real results and writes down what Evenkeel says of them: python -m tests.features.health.golden.make DATA

DATA holds `fhir-r4-examples` and `patients`. What is written is only as good as whoever reads it: go through every line
of `cases.ndjson` that changed, and ask whether a patient would be told the truth.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.main import make_app
from app.specialty import ASSETS
from app.vault import Vault
from sync.fhir.reading import Found, resources
from tests.features.conftest import NOW, PASSCODE, SCOPE, ZONE, Chart
from tests.features.health.golden.page import look

CASES = Path(__file__).with_name("cases.ndjson")
MOST, PER_SHAPE = 90, 3
Case = dict[str, Any]


def chosen(data: Path) -> Iterator[Case]:
    """Results of all shapes: every published example, the demo's labs with their ranges, and synthetic patients'."""
    for file in sorted((data / "fhir-r4-examples").glob("[DO]*.json")):
        if file.name.startswith(("Observation-", "DiagnosticReport-")):
            yield from found_in(file, "hl7.fhir.r4.examples 4.0.1, CC0")
    for file in sorted((ASSETS / "demo" / "labs").glob("*.json")):
        yield from found_in(file, "Evenkeel's demo")
    shapes: dict[tuple[Any, ...], int] = {}
    for file in sorted((data / "patients" / "synthea-2.7-blaze").glob("*.json*"))[:12]:
        for case in found_in(file, "Synthea, samply/blaze, Apache-2.0"):
            shapes[shape_of(case["resource"])] = seen = shapes.get(shape_of(case["resource"]), 0) + 1
            if seen <= PER_SHAPE:
                yield case


def found_in(file: Path, source: str) -> Iterator[Case]:
    """The results in a file, without their narrative."""
    for one in resources(file.name, file.read_bytes()):
        if isinstance(one, Found) and one.type in ("Observation", "DiagnosticReport"):
            fields = {key: value for key, value in one.fields.items() if key not in ("text", "contained")}
            yield {"source": source, "resource": {**fields, "id": one.id}}


def shape_of(resource: dict[str, Any]) -> tuple[Any, ...]:
    """What makes two results alike: how the value is given, its unit, its parts."""
    value = next((key for key in resource if key.startswith("value")), "")
    unit = resource["valueQuantity"].get("unit") if value == "valueQuantity" else ""
    return (
        resource["resourceType"],
        value,
        unit,
        len(resource.get("component", [])),
        "referenceRange" in resource,
    )


async def told(case: Case, folder: Path) -> Case:
    """The case with what is said of it in both languages, on a record that holds nothing else."""
    vault = Vault(folder, fast=True)
    vault.create(PASSCODE)
    app = make_app(folder, now=lambda: NOW, vault=vault, zone=ZONE)
    await app.unlock(PASSCODE)
    app.store.keep(credentials={"server": "https://clinic.test", "jwk": {}, "device": "d1"})
    app.view(SCOPE)
    Chart(app).send_fhir(case["resource"])
    expected = {language: await look(app, case["resource"], language) for language in ("en", "es")}
    app.lock()
    return {**case, "expected": expected}


def main(data: Path) -> None:
    """Write the cases."""
    cases = []
    for case in list(chosen(data))[:MOST]:
        with tempfile.TemporaryDirectory() as folder:
            cases.append(asyncio.run(told(case, Path(folder))))
    text = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
    CASES.write_text(text, encoding="utf-8")
    print(len(cases))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
