"""Brings FHIR files into the clinic's database. Importing twice changes nothing.

What is new or unchanged is settled at once. What differs from the stored state waits until all files are read:
two files of one import may hold the same resource in different texts, and then the last one counts, always.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sync.fhir import owner
from sync.fhir.reading import Fault, Found, resources
from sync.fhir.record import Paper, born
from sync.fhir.shape import human
from sync.server.apart import Apart
from sync.server.blobs import Caps
from sync.server.database import Database
from sync.server.delaying import Delay
from sync.server.ledger import Ledger
from sync.server.tables import patient

CONTENT, CLINIC = "content", "clinic"
BATCH = 2000
PATIENCE = 64 << 20
Near = dict[str, dict[str, Any]]
"""The medications of a file by reference: what a prescription beside them is called."""


@dataclass
class Report:
    """What an import did, for the operator and for `--json`."""

    files: int = 0
    resources: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    held: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def useful(self) -> bool:
        """True when anything was imported or was already there."""
        return self.added + self.changed + self.unchanged > 0

    def json(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)


def scope_of(patient_id: str) -> str:
    """The scope of a patient."""
    return f"patient:{patient_id}"


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Every file under the paths, in a stable order; hidden ones are left alone."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [one for one in inside if one.is_file() and not one.name.startswith(".")]
    return list(dict.fromkeys(found))


class Importer:
    """One run over a set of files. `blobs`: the clinic's secret for attachments, to keep large files apart."""

    def __init__(
        self, database: Database, now_ms: int, blobs: bytes | None = None, caps: Caps | None = None
    ) -> None:
        self.database, self.now_ms = database, now_ms
        self._apart = Apart(blobs, now_ms, caps or Caps())
        self.report = Report()
        self._late: dict[str, dict[str, Paper]] = {}
        self._told: dict[str, set[str]] = {}
        self._late_size = 0
        self._homeless: list[Found] = []
        self._medicines: Near = {}
        with database.directory() as connection:
            self._people = set(connection.scalars(sa.select(patient.c.id)))
        self._names = {link: id for id in self._people for link in _links(id)}

    def run(self, files: Iterable[Path]) -> Report:
        """Import the files; what cannot be read is reported and stops nothing."""
        started = time.perf_counter()
        for path in files:
            self._file(path)
        self._settle_homeless()
        self._settle_late()
        self.report.seconds = round(time.perf_counter() - started, 3)
        return self.report

    def _file(self, path: Path) -> None:
        self.report.files += 1
        try:
            data = path.read_bytes()
        except OSError as error:
            self._fault(path, Fault("", f"cannot be read: {error.strerror}"))
            return
        found: dict[tuple[str, str], Found] = {}
        for item in resources(path.name, data):
            if isinstance(item, Fault):
                self._fault(path, item)
            else:
                self.report.resources += 1
                found[item.type, item.id] = item
        self._deal(path, list(found.values()))

    def _fault(self, path: Path, fault: Fault) -> None:
        self.report.errors.append({"file": str(path), "where": fault.where, "reason": fault.reason})

    def _deal(self, path: Path, found: list[Found]) -> None:
        """Give each resource of a file to whom it belongs."""
        people = owner.patients(found)
        for item in people.values():
            if not self._enter(item):
                self._fault(path, Fault(item.where, "its patient id belongs to another person here"))
                return
        near = _medicines(found)
        strays = found
        if people:
            shared = list(zip(found, owner.owners(found, self._names), strict=True))
            for id in people:
                self._write(scope_of(id), [item for item, whose in shared if id in whose], near)
            self._nobodys([item for item, whose in shared if not whose], near)
            strays = [item for item, whose in shared if whose and not whose & people.keys()]
        self._homeless += self._placed(strays, near)
        self._medicines |= near if strays else {}

    def _placed(self, found: list[Found], near: Near) -> list[Found]:
        """Write what a known patient is the subject of; hand back the rest."""
        groups: dict[str, list[Found]] = {}
        rest = []
        for item in found:
            about = owner.subjects(item.fields, self._names)
            if len(about) == 1 and about <= self._people:
                groups.setdefault(about.pop(), []).append(item)
            else:
                rest.append(item)
        for id, items in groups.items():
            self._write(scope_of(id), items, near)
        return rest

    def _settle_homeless(self) -> None:
        """Once all files are read every patient is known: try again, then file the rest with the clinic."""
        self._nobodys(self._placed(self._homeless, self._medicines), self._medicines)

    def _nobodys(self, found: list[Found], near: Near) -> None:
        forms = [item for item in found if item.type == "Questionnaire"]
        self._write(CONTENT, forms, near)
        self._write(CLINIC, [item for item in found if item.type != "Questionnaire"], near)

    def _enter(self, item: Found) -> bool:
        """The patient's line in the directory. False when another person has this id."""
        day = born(item.fields)
        line = {
            "scope": scope_of(item.id),
            "name": _printable(human(item.fields.get("name"), titled=False) or item.id),
            "born": day.isoformat() if day else "",
        }
        mine = patient.c.id == item.id
        self.database.begin(line["scope"])
        with self.database.directory(write=True) as connection:
            known = connection.execute(sa.select(patient).where(mine)).first()
            if known is None:
                connection.execute(sa.insert(patient), {"id": item.id, **line})
            elif _another(known, line):
                return False
            else:
                connection.execute(sa.update(patient).where(mine).values(line))
        self._people.add(item.id)
        self._names |= dict.fromkeys(_links(item.id), item.id)
        return True

    def _write(self, scope: str, items: list[Found], near: Near) -> None:
        if not items:
            return
        self.database.begin(scope)
        for batch in _batches(paper for item in items for paper in self._apart.papers(item, near)):
            self._batch(scope, batch)

    def _batch(self, scope: str, batch: list[Paper]) -> None:
        late = self._late.setdefault(scope, {})
        with self.database.unit(scope, write=True) as unit:
            ledger = Ledger(unit, self.now_ms)
            ledger.load(paper.id for paper in batch)
            delay = self._delay(scope, ledger)
            for light in batch:
                paper = self._apart.settled(unit, light)
                late.pop(paper.id, None)
                if not self._is_held(delay, paper):
                    self._enter_or_wait(ledger, paper, late)
            delay.settle()
            ledger.close()
        if self._late_size > PATIENCE:
            self._settle_late()

    def _delay(self, scope: str, ledger: Ledger) -> Delay:
        return Delay(ledger, self._told.setdefault(scope, set()))

    def _is_held(self, delay: Delay, paper: Paper) -> bool:
        """True for a result that its patient asked to see later."""
        taken = delay.takes(paper)
        if taken is not None:
            setattr(self.report, taken, getattr(self.report, taken) + 1)
            self.report.held += taken == "added"
        return taken is not None

    def _enter_or_wait(self, ledger: Ledger, paper: Paper, late: dict[str, Paper]) -> None:
        """What is new is written; what differs from what is there waits for the last of all files."""
        held = ledger.get(paper.id)
        if held is None:
            ledger.put(*paper)
            self.report.added += 1
        elif held.body != paper.body or held.deleted:
            late[paper.id] = paper
            self._late_size += len(paper.body)
        else:
            self.report.unchanged += 1

    def _settle_late(self) -> None:
        for scope, waiting in self._late.items():
            for batch in _batches(waiting.values()):
                with self.database.unit(scope, write=True) as unit:
                    ledger = Ledger(unit, self.now_ms)
                    ledger.load(paper.id for paper in batch)
                    delay = self._delay(scope, ledger)
                    for paper in batch:
                        if not delay.takes(paper):
                            ledger.put(*paper)
                    delay.settle()
                    ledger.close()
            self.report.changed += len(waiting)
        self._late, self._late_size = {}, 0


def _links(id: str) -> tuple[str, str]:
    """How any file may call a patient of this clinic."""
    return f"Patient/{id}", f"urn:uuid:{id}"


def _medicines(found: list[Found]) -> Near:
    return {link: item.fields for item in found if item.type == "Medication" for link in item.links}


def _batches(made: Iterable[Paper]) -> Iterator[list[Paper]]:
    batch: list[Paper] = []
    for paper in made:
        batch.append(paper)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _another(known: sa.Row[Any], line: dict[str, str]) -> bool:
    """People marry and dates are corrected, but not both at once: then it is somebody else."""
    return bool(known.born and line["born"]) and known.born != line["born"] and known.name != line["name"]


def _printable(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())
