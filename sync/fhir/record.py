"""Turns resources into the documents a device understands, with the resource's own text inside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from sync.fhir.reading import Found
from sync.fhir.shape import codes, dicts, first, given, human, label, text
from sync.fhir.view import Near, view
from sync.models import Attachment, Person, Visit, VisitStatus, derive_id

VISITS = {
    "fulfilled": VisitStatus.FULFILLED,
    "arrived": VisitStatus.ARRIVED,
    "checked-in": VisitStatus.ARRIVED,
    "cancelled": VisitStatus.CANCELLED,
    "entered-in-error": VisitStatus.CANCELLED,
    "noshow": VisitStatus.NOSHOW,
}
_moment: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class Paper(NamedTuple):
    """A document as it rests: id, kind and the JSON text of its body."""

    id: str
    kind: str
    body: str
    version: int = 1


def record(found: Found, near: Near | None = None, files: Sequence[Attachment] = ()) -> Paper:
    """The record of a resource. Its text goes in as it came: `1.50` stays `1.50`. `files` were taken out of it."""
    thin = msgspec.json.encode(view(found.fields, near))
    beside = msgspec.json.encode([one.model_dump() for one in files])
    named = b',"attachments":' + beside if files else b""
    body = thin[:-1] + named + b',"resource":' + found.raw + b"}"
    return Paper(derive_id("record", found.type, found.id), "record", body.decode())


def person(found: Found) -> Person:
    """Whose record it is, from their Patient resource."""
    fields = found.fields
    return Person(
        id=derive_id("person", found.id),
        fhir_id=found.id,
        name=human(fields.get("name"), titled=False) or found.id,
        given=given(fields.get("name")),
        born_on=born(fields),
        sex=text(fields.get("gender")),
        language=_language(fields),
    )


def born(fields: dict[str, Any]) -> date | None:
    """The birth date, if it is a whole one."""
    try:
        return date.fromisoformat(text(fields.get("birthDate")))
    except ValueError:
        return None


def _language(fields: dict[str, Any]) -> str:
    spoken = list(dicts(fields.get("communication")))
    spoken.sort(key=lambda item: item.get("preferred") is not True)
    return next(iter(sorted(codes(first(spoken).get("language")))), "")


def visit(found: Found) -> Visit | None:
    """The visit an Appointment stands for, if it has a time."""
    fields = found.fields
    starts = _time(fields.get("start"))
    if starts is None:
        return None
    return Visit(
        id=derive_id("visit", found.id),
        starts_at=starts,
        minutes=_minutes(fields, starts),
        with_whom=_actor(fields, "Practitioner"),
        where=_actor(fields, "Location"),
        reason=text(fields.get("description")) or label(fields.get("reasonCode")),
        prepare=text(fields.get("patientInstruction")),
        status=VISITS.get(text(fields.get("status")), VisitStatus.BOOKED),
    )


def _time(value: Any) -> datetime | None:
    try:
        return _moment.validate_python(text(value))
    except ValidationError:
        return None


def _minutes(fields: dict[str, Any], starts: datetime) -> int:
    said, ends = fields.get("minutesDuration"), _time(fields.get("end"))
    if isinstance(said, int) and said > 0:
        return said
    return max(1, int((ends - starts).total_seconds() // 60)) if ends else 20


def _actor(fields: dict[str, Any], kind: str) -> str:
    for item in dicts(fields.get("participant")):
        actor = first(item.get("actor"))
        if f"{kind}/" in text(actor.get("reference")):
            return text(actor.get("display"))
    return ""


def papers(found: Found, near: Near | None = None, files: Sequence[Attachment] = ()) -> list[Paper]:
    """Every document that comes out of one resource: its record, and the noun it stands for."""
    made = [record(found, near, files)]
    noun = person(found) if found.type == "Patient" else visit(found) if found.type == "Appointment" else None
    if noun is not None:
        made.append(Paper(noun.id, noun.kind, noun.body(), noun.version))
    return made
