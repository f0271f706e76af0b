"""Whose resource is it? By the FHIR patient compartment, and never by a mere mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sync.fhir.reading import Found
from sync.fhir.shape import dicts, first, text

SUBJECT = ("subject", "patient", "beneficiary", "for", "individual", "policyHolder", "subscriber", "author")
ACTORS = (("participant", "actor"), ("actor", ""), ("target", ""), ("link", "other"))
PATIENT = re.compile(r"(?:^|/)Patient/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?$")
REFERENCE = re.compile(rb'"reference":"([^"\\]+)"')

Known = Mapping[str, str]
"""From a reference (`urn:uuid:…`, `Patient/…`) to the id of a patient."""


def subjects(fields: dict[str, Any], known: Known) -> set[str]:
    """The patients a resource is about: the most telling element that names any patient decides."""
    for links in _telling(fields):
        people = [link for link in links if link in known or PATIENT.search(link)]
        if people:
            return {known[link] for link in people if link in known}
    return set()


def _telling(fields: dict[str, Any]) -> Iterator[list[str]]:
    for key in SUBJECT:
        yield _links([first(fields.get(key))])
    for outer, inner in ACTORS:
        around = dicts(fields.get(outer))
        yield _links(first(item.get(inner)) if inner else item for item in around)


def _links(references: Iterable[dict[str, Any]]) -> list[str]:
    return [_key(text(reference.get("reference"))) for reference in references]


def _key(link: str) -> str:
    """A reference without server address and version."""
    match = PATIENT.search(link)
    return f"Patient/{match[1]}" if match else link


def patients(found: Iterable[Found]) -> dict[str, Found]:
    """The patients of a file by id; the last text of each."""
    return {item.id: item for item in found if item.type == "Patient"}


def known(people: Mapping[str, Found]) -> dict[str, str]:
    """How the resources of this file may call its patients."""
    return {link: id for id, item in people.items() for link in item.links}


def owners(found: list[Found]) -> list[set[str]]:
    """For each resource of a file with several patients, the patients it belongs to; none for nobody's."""
    names = known(patients(found))
    own = [{item.id} if item.type == "Patient" else _sole(item, names) for item in found]
    place = {link: index for index, item in enumerate(found) for link in item.links}
    for index, item in enumerate(found):
        if item.type == "Patient":
            continue
        for patient in _sole(item, names):
            _spread(index, patient, found, place, own, names)
    for index, item in enumerate(found):
        if item.type == "Patient":
            _spread(index, item.id, found, place, own, names)
    return own


def _sole(item: Found, names: Known) -> set[str]:
    """The one patient a resource is about; a resource about two people is given to neither."""
    about = subjects(item.fields, names)
    return about if len(about) == 1 else set()


def _spread(
    start: int, patient: str, found: list[Found], place: Mapping[str, int], own: list[set[str]], names: Known
) -> None:
    """Give the patient a copy of what their resources refer to and nobody's record claims."""
    waiting = [start]
    while waiting:
        for link in references(found[waiting.pop()].raw):
            index = place.get(link)
            if index is None or patient in own[index] or found[index].type == "Patient":
                continue
            if not subjects(found[index].fields, names):
                own[index].add(patient)
                waiting.append(index)


def references(raw: bytes) -> Iterator[str]:
    """Every reference in the text of a resource."""
    return (match.decode(errors="replace") for match in REFERENCE.findall(raw))
