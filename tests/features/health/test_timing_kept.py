"""A choice made without a signal is kept by the clinic, over the real API, to the patient's other device."""

from __future__ import annotations

import json
from pathlib import Path

from app.features.health.commands import choose_timing, show_held
from app.features.health.queries import held_results, list_section
from app.store import states
from sync.models import ResultSort
from sync.server.clinic import Clinic
from tests.conftest import ROSA, Phone, Wire


def import_result(clinic: Clinic, folder: Path, id: str) -> None:
    about = {"subject": {"reference": f"Patient/{ROSA}"}, "effectiveDateTime": "2026-06-03"}
    scan = {"category": [{"coding": [{"code": "imaging"}]}], "code": {"text": "Chest X-ray"}}
    path = folder / f"{id}.json"
    path.write_text(json.dumps({"resourceType": "Observation", "id": id, "status": "final", **about, **scan}))
    clinic.import_paths([path])


def scans(phone: Phone) -> int:
    return sum(line.title == "Chest X-ray" for line in list_section(phone.store, "result", 50))


async def test_chosen_offline_held_shown_offline_and_there(
    phone: Phone, tablet: Phone, wire: Wire, clinic: Clinic, tmp_path: Path
) -> None:
    wire.up = False
    chosen = choose_timing(phone.app, ResultSort.IMAGING, 7)
    assert states.word_of(phone.store, chosen.id) == "waiting"
    wire.up = True
    await phone.sync()
    assert states.word_of(phone.store, chosen.id) == "held"
    import_result(clinic, tmp_path, "xray")
    for device in (phone, tablet):
        await device.sync()
        assert scans(device) == 0
        groups, asked = held_results(device.store)
        assert [(group.sort, group.count) for group in groups] == [("imaging", 1)] and not asked
    wire.up = False
    show_held(phone.app)
    assert held_results(phone.store)[1] and scans(phone) == 0
    wire.up = True
    for device in (phone, tablet):
        await device.sync()
        assert scans(device) == 1 and held_results(device.store) == ([], False)
