"""Puts a page into the clinic's database, to whom each resource belongs, by the same way as a file.

A page differs from a file in one thing: who stands on it says nothing about the rest of it. So what names no patient
is the clinic's, unless one patient's record was asked for, and somebody who is refused takes nobody along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sync.fhir import owner
from sync.fhir.reading import Fault, Found
from sync.server.database import Database
from sync.server.importing import CLINIC, CONTENT, Importer, Near, scope_of
from sync.server.pull.company import Key, circle, held
from sync.server.pull.offer import PATIENT

ANOTHER = "its patient id belongs to another person here"
ABOUT_ANOTHER = "it is about a patient whose id belongs to another person here"


@dataclass(frozen=True)
class Taken:
    """What became of resources: documents that are new, changed, or were there already."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


class Intake(Importer):
    """One run over the pages of a server. `whose`: the patient whose record was asked for."""

    def __init__(
        self, database: Database, now_ms: int, base: str, whose: str = "", blobs: bytes | None = None
    ) -> None:
        super().__init__(database, now_ms, blobs)
        self.base, self.whose = base, whose
        self.met: set[str] = set()
        self._refused: set[str] = set()

    def home(self) -> str:
        """The scope of what names no patient."""
        return scope_of(self.whose) if self.whose else CLINIC

    def strangers(self, found: Iterable[Found]) -> set[str]:
        """The patients whom these resources are about and nobody here knows."""
        about = {one for item in found if item.type != PATIENT for one in self._about(item)}
        return {one.removeprefix("Patient/") for one in about if one.startswith("Patient/")}

    def admit(self, found: Sequence[Found]) -> tuple[list[Found], list[Fault]]:
        """Enter the patients among these. What may go in, and what is refused because its patient is."""
        for item in found:
            if item.type == PATIENT and self._is_asked_for(item.id):
                (self.met if self._enter(item) else self._refused).add(item.id)
        bad = [item for item in found if self._people_of(item) & self._refused]
        faults = [Fault(item.where, ANOTHER if item.type == PATIENT else ABOUT_ANOTHER) for item in bad]
        left = {id(item) for item in bad}
        return [item for item in found if id(item) not in left], faults

    def take(self, found: Sequence[Found], around: Mapping[Key, Found]) -> Taken:
        """Write down what was admitted, and settle it: then it is in. `around` is what it may refer to."""
        groups: dict[str, dict[Key, Found]] = {}
        for item in found:
            groups.setdefault(self._scope(item), {})[item.type, item.id] = item
        near = _medicines(around.values())
        before, copies = self._counts(), Taken()
        for scope, items in groups.items():
            given, made = self._copies(scope, items, around)
            self._write(scope, [*given, *items.values()], near)
            copies = Taken(copies.new + made.new, copies.changed + made.changed)
        self._settle_late()
        new, changed, unchanged = (now - was for now, was in zip(self._counts(), before, strict=True))
        return Taken(new - copies.new, changed - copies.changed, unchanged)

    def _copies(
        self, scope: str, items: Mapping[Key, Found], around: Mapping[Key, Found]
    ) -> tuple[list[Found], Taken]:
        """What of the company of these a patient does not hold as it is now; and how much of that is new to them."""
        if scope in (CLINIC, CONTENT, self.home()):
            return [], Taken()
        near = {
            key: one for key, one in circle(items.values(), around, self.base).items() if key not in items
        }
        old = held(self.database, scope, near, self.base) if near else {}
        given = [one for key, one in near.items() if key not in old or old[key].raw != one.raw]
        changed = sum((one.type, one.id) in old for one in given)
        return given, Taken(len(given) - changed, changed)

    def _counts(self) -> tuple[int, int, int]:
        return self.report.added, self.report.changed, self.report.unchanged

    def _is_asked_for(self, patient: str) -> bool:
        """In one patient's record, somebody else's Patient resource makes nobody a patient of this clinic."""
        return not self.whose or patient == self.whose or patient in self._people

    def _about(self, item: Found) -> set[str]:
        return {item.id} if item.type == PATIENT else owner.subjects(item.fields, self._names)

    def _people_of(self, item: Found) -> set[str]:
        return {one.removeprefix("Patient/") for one in self._about(item)}

    def _scope(self, item: Found) -> str:
        """What is about two people, or about somebody unknown, is given to neither."""
        about = self._about(item)
        if about:
            return scope_of(next(iter(about))) if len(about) == 1 and about <= self._people else CLINIC
        return CONTENT if item.type == "Questionnaire" and not self.whose else self.home()


def _medicines(found: Iterable[Found]) -> Near:
    return {link: item.fields for item in found if item.type == "Medication" for link in item.links}
