"""As many documents as asked for: the bundled demo patients' resources, cloned under new ids."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.specialty import ASSETS
from tests.bench.corpus import PATIENT


def resources() -> list[dict[str, Any]]:
    """All resources of the demo patients, the Patients left out."""
    found = []
    for file in sorted((ASSETS / "demo" / "patients").glob("*.json.gz")):
        bundle = json.loads(gzip.decompress(file.read_bytes()))
        found += [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in found if resource["resourceType"] != "Patient"]


def lines(count: int) -> Iterator[str]:
    """NDJSON of one patient and `count` resources that belong to them."""
    yield json.dumps({"resourceType": "Patient", "id": PATIENT, "name": [{"text": "Bench"}]})
    originals = resources()
    for number in range(count):
        resource = dict(originals[number % len(originals)], id=f"b{number}")
        yield json.dumps(resource)


def write(folder: Path, count: int) -> Path:
    """The same as a file to import."""
    file = folder / "bench.ndjson"
    file.write_text("\n".join(lines(count)))
    return file
