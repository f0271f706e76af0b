"""Everything that goes in comes out: import files, enrol and sync each patient, export, compare as canonical JSON.

Counted per resource type at each place on the way: in the files, at the clinic, on the device, in the exported Bundle.
"""

from __future__ import annotations

import asyncio
import bz2
import gzip
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import httpx
import sqlalchemy as sa

from app import headless
from app.features.take.queries import files_away
from app.main import make_app
from app.store.shelf import ask_for
from app.vault import Vault
from sync.client.transport import Transport
from sync.server.api import create_app
from sync.server.clinic import Clinic
from sync.server.tables import row

Resource = dict[str, Any]
PLACES = ("file", "clinic", "device", "export")
Counts = dict[str, Counter[str]]
Named = dict[tuple[str, str], str]
PASSCODE = "round trip"
HELD = """SELECT body ->> 'type' AS type, count(*) AS n FROM docs
    WHERE kind = 'record' AND scope = ? AND deleted = 0 GROUP BY 1"""


def canonical(resource: Resource) -> str:
    """The same text for the same meaning."""
    return json.dumps(resource, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def read(file: Path) -> str:
    """The text of a file, unpacked; Bundles inside a JSON string too."""
    opened = {".bz2": bz2.open, ".gz": gzip.open}.get(file.suffix, open)
    with opened(file, "rt", encoding="utf-8") as stream:
        return str(stream.read())


def resources(file: Path) -> Iterator[Resource]:
    """The resources of a file, read by nothing of the product's."""
    text = read(file)
    try:
        whole = json.loads(text)
    except json.JSONDecodeError:
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
        return
    whole = json.loads(whole) if isinstance(whole, str) else whole
    yield from (entry["resource"] for entry in whole["entry"]) if "entry" in whole else [whole]


def expected(paths: Iterable[Path]) -> dict[str, Named]:
    """Per patient: every resource of the files that hold exactly that patient; a later text wins."""
    files = sorted(
        file for path in paths for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file()
    )
    found: dict[str, Named] = {}
    for file in files:
        held = list(resources(file))
        patients = {resource["id"] for resource in held if resource["resourceType"] == "Patient"}
        for patient in patients if len(patients) == 1 else ():
            named = found.setdefault(patient, {})
            for resource in held:
                text = canonical(resource)
                named[resource["resourceType"], resource.get("id") or text] = text
    return found


def check(paths: Iterable[Path], db: str, out: TextIO) -> dict[str, Any]:
    """Run it all; counts per type in and out, and what differs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clinic = Clinic(db or f"sqlite:///{folder / 'clinic.db'}", fast=True)
        clinic.migrate()
        report = clinic.import_paths(list(paths))
        print(f"imported {report.resources} resources", file=out)
        found = asyncio.run(everyone(clinic, expected(paths), folder, out))
        clinic.dispose()
    return found


async def everyone(clinic: Clinic, wanted: dict[str, Named], folder: Path, out: TextIO) -> dict[str, Any]:
    """Each patient in turn."""
    counts: Counts = {place: Counter() for place in PLACES}
    wrong: list[str] = []
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(clinic, log=lambda _: None)))
    for patient, named in wanted.items():
        got, on_device = await one(clinic, client, patient, folder / patient)
        counts["file"] += Counter(type for type, _ in named)
        counts["clinic"] += at_the_clinic(clinic, patient)
        counts["device"] += on_device
        counts["export"] += Counter(json.loads(text)["resourceType"] for text in got)
        missing = Counter(named.values()) - Counter(got)
        extra = Counter(got) - Counter(named.values())
        if missing or extra:
            wrong.append(f"{patient}: {sum(missing.values())} missing, {sum(extra.values())} extra")
        print(f"{patient}: {len(named)} in, {len(got)} out", file=out)
    every = sorted({type for found in counts.values() for type in found})
    types = {type: {place: counts[place][type] for place in PLACES} for type in every}
    wrong += [f"{type}: {found}" for type, found in types.items() if len(set(found.values())) > 1]
    return {
        "patients": len(wanted),
        "in": counts["file"].total(),
        "out": counts["export"].total(),
        "types": types,
        "wrong": wrong,
    }


def at_the_clinic(clinic: Clinic, patient: str) -> Counter[str]:
    """How many resources of each type the clinic holds for a patient."""
    with clinic.database.unit(f"patient:{patient}") as unit:
        mine = row.c.scope == unit.scope, row.c.kind == "record", sa.not_(row.c.deleted)
        bodies = unit.connection.execute(sa.select(row.c.body).where(*mine)).scalars()
        return Counter(json.loads(body)["type"] for body in bodies)


async def one(
    clinic: Clinic, client: httpx.AsyncClient, patient: str, folder: Path
) -> tuple[list[str], Counter[str]]:
    """Enrol a new device for a patient, sync, export: the resources as canonical JSON, and what it holds by type."""
    app = make_app(
        folder,
        vault=Vault(folder, fast=True),
        transport=lambda credentials, kept: Kept(credentials, client, kept),
    )
    code, _expires = clinic.invite(patient)
    await app.enrol("https://clinic.test", code, PASSCODE)
    assert app.engine
    await app.engine.sync_once()
    for named in files_away(app.store):
        ask_for(app.store, named)
    await app.engine.sync_once()
    text = io.StringIO()
    headless.export(app, text)
    held = app.store.rows(HELD, app.scope)
    app.lock()
    exported = [canonical(entry["resource"]) for entry in json.loads(text.getvalue())["entry"]]
    return exported, Counter({line["type"]: line["n"] for line in held})


class Kept(Transport):
    """Leaves the shared connection open for the next patient."""

    async def close(self) -> None:
        """Nothing to close yet."""
