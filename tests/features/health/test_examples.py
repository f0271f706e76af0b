"""The published examples of FHIR R4: all of them come in, and every one opens on a screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.context import App
from app.main import window
from sync.fhir.files import files_in
from sync.fhir.reading import Fault, Found, resources
from sync.models import derive_id
from sync.server.clinic import Clinic
from tests.features.conftest import Chart
from tests.harness import Window

EXAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "fhir-r4-examples"
NO_JSON = {"SkipLogicExample.json"}
FAILED = ("This did not work", "Esto no funcionó", "Something went wrong")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.shared,
    pytest.mark.skipif(not EXAMPLES.exists(), reason="the development data is not beside this checkout"),
]


def found() -> list[Found]:
    read = [one for file in sorted(EXAMPLES.iterdir()) for one in resources(file.name, file.read_bytes())]
    assert all(isinstance(one, Found | Fault) for one in read)
    return [one for one in read if isinstance(one, Found)]


def test_all_of_them_come_in(tmp_path: Path) -> None:
    clinic = Clinic(f"sqlite:///{tmp_path / 'clinic.db'}", fast=True)
    clinic.migrate()
    report = clinic.import_paths([EXAMPLES])
    assert {Path(fault["file"]).name for fault in report.errors} <= NO_JSON
    assert report.resources == len(found()) > 340
    again = clinic.import_paths([EXAMPLES])
    assert (again.added, again.changed) == (0, 0)
    clinic.dispose()


@pytest.mark.parametrize("part", range(4))
async def test_every_one_of_them_opens(empty_app: App, chart: Chart, part: int) -> None:
    mine = found()[part::4]
    chart.send_fhir(*({**one.fields, "id": one.id} for one in mine))
    async with Window(window(empty_app)) as seen:
        for one in mine:
            await seen.go(f"/health/record/{derive_id('record', one.type, one.id)}")
            texts = seen.texts()
            assert len(texts) > 6 and not any(text.startswith(FAILED) for text in texts), (one.type, one.id)
            assert "This is not in your record any more." not in texts, (one.type, one.id)


async def test_every_file_in_them_is_listed_and_opens(empty_app: App, chart: Chart) -> None:
    mine = [one for one in found() if files_in(one.fields)]
    assert len(mine) >= 12
    chart.send_fhir(*({**one.fields, "id": one.id} for one in mine))
    async with Window(window(empty_app)) as seen:
        for one in mine:
            id = derive_id("record", one.type, one.id)
            await seen.go(f"/health/record/{id}")
            assert {"File", "Files"} & set(seen.texts()), (one.type, one.id)
            for place, file in enumerate(files_in(one.fields)):
                await seen.go(f"/health/file/{id}/{place}")
                await seen.until("Save a copy" if file.data else "not")
                assert not any(text.startswith(FAILED) for text in seen.texts()), (one.type, one.id)
