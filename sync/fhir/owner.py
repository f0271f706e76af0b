"""Whose resource is it? By the FHIR patient compartment, and never by a mere mention."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sync.fhir.reading import Found
from sync.fhir.shape import dicts, first, text

SUBJECT = ("subject", "patient", "beneficiary", "for", "individual", "policyHolder", "subscriber", "author")
ACTORS = (("participant", "actor"), ("actor", ""), ("target", ""), ("link", "other"))
PATIENT = re.compile(r"(?:^|/)Patient/([^/?#|]{1,120})(?:/_history/[^/]+)?$")
REFERENCE = re.compile(rb'"reference":"([^"\\]+)"')

Known = Mapping[str, str]
"""From a reference (`urn:uuid:…`, `Patient/…`) to the id of a patient."""


def subjects(fields: dict[str, Any], known: Known) -> set[str]:
    """The patients a resource is about: the most telling element that names any patient decides.

    A patient is called by id, a stranger as they were referred to (`Patient/…`).
    """
    for links in _telling(fields):
        people = {known.get(link, link) for link in links if link in known or PATIENT.search(link)}
        if people:
            return people
    return set()


def _telling(fields: dict[str, Any]) -> Iterator[list[str]]:
    for key in SUBJECT:
        yield _links(dicts(fields.get(key)))
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
    return {_key(link): id for id, item in people.items() for link in item.links}


def owners(found: list[Found], others: dict[str, str]) -> list[set[str]]:
    """For each resource of a file with patients, whom it belongs to; none for nobody's.

    A stranger is `others`' patient, or a reference that nobody here answers to. What names no patient goes with
    the file's only one, or with all whose resources refer to it. What is about two people is given to neither.
    """
    people = patients(found)
    names = ChainMap(known(people), others)
    about = [{item.id} if item.type == "Patient" else subjects(item.fields, names) for item in found]
    own = [set(whose) if len(whose) == 1 else set() for whose in about]
    if len(people) == 1:
        return [own[index] if whose else set(people) for index, whose in enumerate(about)]
    place = {link: index for index, item in enumerate(found) for link in item.links if not about[index]}
    for index, whose in enumerate(about):
        if len(whose) == 1 and whose <= people.keys():
            _spread(index, next(iter(whose)), found, place, own)
    return own


def _spread(
    start: int, patient: str, found: list[Found], place: Mapping[str, int], own: list[set[str]]
) -> None:
    """Give the patient a copy of what their resources refer to and nobody's record claims."""
    waiting = [start]
    while waiting:
        for link in references(found[waiting.pop()].raw):
            index = place.get(link)
            if index is not None and patient not in own[index]:
                own[index].add(patient)
                waiting.append(index)


def references(raw: bytes) -> Iterator[str]:
    """Every reference in the text of a resource."""
    return (match.decode(errors="replace") for match in REFERENCE.findall(raw))
