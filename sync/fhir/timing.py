"""Which sort of result a resource is, whether a clinician has commented on it, and which results it speaks of.

Sorts follow the diagnostic service sections of HL7 v2 (table 0074, https://terminology.hl7.org/CodeSystem-v2-0074.html),
the categories of reports in US Core (LOINC LP29684-5 radiology, LP7839-6 pathology) and FHIR's of observations.
"""

from __future__ import annotations

from typing import Any

from sync.fhir.category import category_of
from sync.fhir.shape import codes, dicts, text
from sync.models import Category
from sync.models.timing import ResultSort

SORTS: dict[ResultSort, set[str]] = {
    ResultSort.GENETIC: {"GE", "CG"},
    ResultSort.PATHOLOGY: {"SP", "PAT", "CP", "LP7839-6"},
    ResultSort.IMAGING: {"RAD", "RUS", "RX", "CT", "NMR", "NMS", "OUS", "VUS", "CUS", "XRC"}
    | {"imaging", "LP29684-5", "394914008"},
}
TYPES = {"ImagingStudy": ResultSort.IMAGING, "MolecularSequence": ResultSort.GENETIC}


def sort_of(resource: dict[str, Any]) -> ResultSort | None:
    """The sort of a result; None for what is no result of a test. A result of no other known sort is a lab's."""
    kind = text(resource.get("resourceType"))
    if kind not in ("Observation", "DiagnosticReport"):
        return TYPES.get(kind)
    said = codes(resource.get("category"))
    for sort, names in SORTS.items():
        if said & names:
            return sort
    return ResultSort.LAB if category_of(resource) is Category.RESULT else None


def is_commented(resource: dict[str, Any]) -> bool:
    """True when somebody at the clinic wrote what it means: a note on it, or the conclusion of a report."""
    noted = any(text(note.get("text")).strip() for note in dicts(resource.get("note")))
    return noted or bool(text(resource.get("conclusion")).strip())


def parts_of(resource: dict[str, Any]) -> list[str]:
    """The ids of the observations that a report or a panel is made of."""
    links = [*dicts(resource.get("result")), *dicts(resource.get("hasMember"))]
    return [found for found in (_tail(text(link.get("reference"))) for link in links) if found]


def _tail(link: str) -> str:
    return link.partition("/_history")[0].rpartition("/")[2].rpartition(":")[2]
