"""Large files of imported resources lie beside them, once, for every device to ask for when it wants them."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from exports import kept, person, save

from sync.models import derive_id
from sync.models.attachment import attachments_in
from sync.server.blobs import Blobs, Caps
from sync.server.clinic import Clinic
from sync.server.importing import Importer

BIG = bytes(range(256)) * 200
HASH = hashlib.sha256(BIG).hexdigest()
LETTER = derive_id("record", "DocumentReference", "n")


def letter(data: bytes, **more: Any) -> dict[str, Any]:
    packed = base64.b64encode(data).decode()
    content = [{"attachment": {"contentType": "application/pdf", "data": packed}}]
    about = {"subject": {"reference": "Patient/pa"}}
    return {"resourceType": "DocumentReference", "id": "n", **about, "content": content, **more}


def bytes_in(clinic: Clinic, hash: str) -> bytes | None:
    with clinic.database.unit("patient:pa") as unit:
        return Blobs(unit, clinic.keys().blobs, Caps(), 0).read(hash, 0, 1000)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [save(tmp_path, "a.ndjson", person("pa"), letter(BIG))]


def test_the_record_is_light_and_its_file_lies_beside_it(clinic: Clinic, files: list[Path]) -> None:
    assert clinic.import_paths(files).added == 3
    body = kept(clinic, "patient:pa")[LETTER].body
    assert len(body) < 1000 and [one.hash for one in attachments_in(body)] == [HASH]
    assert bytes_in(clinic, HASH) == BIG


def test_importing_twice_changes_nothing(clinic: Clinic, files: list[Path]) -> None:
    clinic.import_paths(files)
    before = kept(clinic, "patient:pa")
    again = clinic.import_paths(files)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3) and kept(clinic, "patient:pa") == before


def test_another_file_is_another_version(clinic: Clinic, files: list[Path], tmp_path: Path) -> None:
    clinic.import_paths(files)
    other = BIG + b"more"
    assert clinic.import_paths([save(tmp_path, "b.ndjson", letter(other))]).changed == 1
    body = kept(clinic, "patient:pa")[LETTER].body
    assert [one.hash for one in attachments_in(body)] == [hashlib.sha256(other).hexdigest()]
    assert bytes_in(clinic, hashlib.sha256(other).hexdigest()) == other


def test_where_there_is_no_room_the_file_stays_in_its_record(clinic: Clinic, files: list[Path]) -> None:
    importer = Importer(clinic.database, 0, clinic.keys().blobs, Caps(scope=1000))
    assert importer.run(files).added == 3
    body = kept(clinic, "patient:pa")[LETTER].body
    assert json.loads(body)["resource"] == letter(BIG) and bytes_in(clinic, HASH) is None
