"""What somebody wrote themselves as FHIR R4: an Observation where there is one for it, and never less than they wrote.

Each carries the whole document in an extension, so that an app which knows it loses nothing; a kind without a form of
its own is a Basic (https://hl7.org/fhir/R4/basic.html).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Resource = dict[str, Any]
Fields = Mapping[str, Any]
DOCUMENT = "https://evenkeel.health/fhir/StructureDefinition/document"
WHOSE = {"Task": "for"}
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def resource_of(id: str, kind: str, body: str, patient: str) -> Resource:
    """A document as a resource about this patient. `body` is its JSON; `patient` the id of their Patient resource."""
    fields = json.loads(body, parse_float=Decimal)
    made = MADE.get(kind, _basic)(kind, fields)
    whole = [{"url": "kind", "valueCode": kind}, {"url": "body", "valueString": body}]
    type = made.pop("resourceType")
    return {
        "resourceType": type,
        "id": id,
        "extension": [{"url": DOCUMENT, "extension": whole}],
        **made,
        WHOSE.get(type, "subject"): {"reference": f"Patient/{patient}"},
    }


def _basic(kind: str, _fields: Fields) -> Resource:
    return {"resourceType": "Basic", "code": {"text": kind}}


def _observed(category: str, code: Resource, at: Any, **more: Any) -> Resource:
    """An observation that the patient made."""
    of = [{"coding": [{"system": CATEGORY, "code": category}]}]
    said = {"resourceType": "Observation", "status": "final", "category": of, "code": code}
    return {**said, "effectiveDateTime": at, **more}


def _mood(_kind: str, fields: Fields) -> Resource:
    """From 1 (very low) to 5 (very good)."""
    note = {"note": [{"text": fields["note"]}]} if fields.get("note") else {}
    scale = {"text": "Mood, from 1 (very low) to 5 (very good)"}
    return _observed("survey", scale, fields["felt_at"], valueInteger=fields["score"], **note)


def _weight(_kind: str, fields: Fields) -> Resource:
    """LOINC 29463-7, in kilograms."""
    code = {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}]}
    amount = {"unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}
    value = {"value": float(Decimal(fields["grams"]) / 1000), **amount}
    return _observed(
        "vital-signs", {**code, "text": "Body weight"}, fields["weighed_at"], valueQuantity=value
    )


def _refill(_kind: str, fields: Fields) -> Resource:
    """A Task for the clinic, about the prescription."""
    about = {"focus": {"reference": fields["reference"]}} if fields.get("reference") else {}
    note = {"note": [{"text": fields["note"]}]} if fields.get("note") else {}
    said = {"status": "requested", "intent": "order", "code": {"text": f"Refill: {fields['title']}"}}
    return {"resourceType": "Task", **said, **about, "authoredOn": fields["asked_at"], **note}


def _question(_kind: str, fields: Fields) -> Resource:
    """A Communication from the patient to the clinic, about what they asked of."""
    about = {"about": [{"reference": fields["reference"]}]} if fields.get("reference") else {}
    said = {"status": "completed", "topic": {"text": fields["title"]}, "sent": fields["asked_at"]}
    return {"resourceType": "Communication", **said, **about, "payload": [{"contentString": fields["note"]}]}


MADE: Mapping[str, Callable[[str, Fields], Resource]] = {
    "mood": _mood,
    "question": _question,
    "refill": _refill,
    "weight": _weight,
}
