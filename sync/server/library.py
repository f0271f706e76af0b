"""The clinic's library: puts lessons from files into what all patients share, and takes articles out again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sync.fhir.reading import Fault
from sync.models import Lesson
from sync.server.clinic import Clinic
from sync.server.errors import UnknownArticle
from sync.server.importing import CONTENT, files_in
from sync.server.ledger import Ledger
from sync.server.lesson_files import read_lessons
from sync.server.tables import row

BUNDLED = Path(__file__).resolve().parents[2] / "assets" / "lessons"


@dataclass
class Shelved:
    """What became of one file."""

    file: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)


@dataclass
class LibraryReport:
    """What became of all of them, for the operator and for `--json`."""

    files: list[Shelved] = field(default_factory=list)
    seconds: float = 0.0

    def total(self, name: str) -> int:
        """How many were added, changed, unchanged; of errors, how many there are."""
        counts = (getattr(one, name) for one in self.files)
        return sum(len(count) if isinstance(count, list) else count for count in counts)

    def json(self) -> dict[str, Any]:
        """The report as plain data."""
        totals = {name: self.total(name) for name in ("added", "changed", "unchanged", "errors")}
        return {**totals, "files": [asdict(one) for one in self.files], "seconds": self.seconds}


def shelve(clinic: Clinic, paths: Iterable[Path], language: str = "") -> LibraryReport:
    """Put the lessons in these files and folders into the library. Doing it again changes nothing."""
    started, report = time.perf_counter(), LibraryReport()
    homes: dict[str, str] = {}
    read = [_read(path, language, homes) for path in files_in(paths)]
    report.files = [done for done, _ in read]
    _write(clinic, [(done, lesson) for done, lessons in read for lesson in lessons])
    report.seconds = round(time.perf_counter() - started, 3)
    return report


def _read(path: Path, language: str, homes: dict[str, str]) -> tuple[Shelved, list[Lesson]]:
    """One file. An article that another file of this run has too is told of, and the first one stays."""
    done, lessons = Shelved(str(path)), []
    for found in read_lessons(path, language):
        if isinstance(found, Fault):
            done.errors.append({"where": found.where, "reason": found.reason})
        elif found.id in homes:
            reason = f"is in {homes[found.id]} already"
            done.errors.append({"where": f"{found.article} ({found.language})", "reason": reason})
        else:
            homes[found.id] = path.name
            lessons.append(found)
    return done, lessons


def _write(clinic: Clinic, read: Sequence[tuple[Shelved, Lesson]]) -> None:
    clinic.database.begin(CONTENT)
    with clinic.database.unit(CONTENT, write=True) as unit:
        ledger = Ledger(unit, int(clinic.clock().timestamp() * 1000))
        ledger.load(lesson.id for _, lesson in read)
        for done, lesson in read:
            held, body = ledger.get(lesson.id), lesson.body()
            known = held is not None and not held.deleted
            if held and known and held.body == body:
                done.unchanged += 1
                continue
            ledger.put(lesson.id, lesson.kind, body, lesson.version)
            done.changed, done.added = done.changed + known, done.added + (not known)
        ledger.close()


def shelf(clinic: Clinic) -> list[dict[str, Any]]:
    """What the library holds: id, article, language, title, reviewed_on, by article."""
    clinic.database.begin(CONTENT)
    names = ("article", "language", "title", "reviewed_on")
    found = [{"id": id, **{name: body.get(name) or "" for name in names}} for id, body in _lessons_in(clinic)]
    return sorted(found, key=lambda one: (one["article"], one["language"]))


def take_out(clinic: Clinic, article: str, language: str = "") -> int:
    """Take an article (or a lesson by its id) out, in every language or in one. Raises UnknownArticle."""
    gone = [
        one
        for one in shelf(clinic)
        if article in (one["article"], one["id"]) and language in ("", one["language"])
    ]
    if not gone:
        raise UnknownArticle(article)
    with clinic.database.unit(CONTENT, write=True) as unit:
        ledger = Ledger(unit, int(clinic.clock().timestamp() * 1000))
        for one in gone:
            ledger.put(one["id"], Lesson.kind, "{}", Lesson.version, deleted=True)
        ledger.close()
    return len(gone)


def _lessons_in(clinic: Clinic) -> Iterator[tuple[str, dict[str, Any]]]:
    asked = sa.select(row.c.id, row.c.body).where(
        row.c.scope == CONTENT, row.c.kind == Lesson.kind, row.c.deleted.is_(False)
    )
    with clinic.database.unit(CONTENT) as unit:
        for id, body in unit.connection.execute(asked).all():
            yield id, json.loads(body)
