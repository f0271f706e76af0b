"""What somebody wrote themselves as FHIR R4: an Observation where there is one for it, and never less than they wrote.

Each carries the whole document in an extension, so that an app which knows it loses nothing; a kind without a form of
its own is a Basic (https://hl7.org/fhir/R4/basic.html).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sync.fhir.measures import LOINC, MEASURES, UCUM, Coding, Measure, Part, Unit, convert

Resource = dict[str, Any]
Fields = Mapping[str, Any]
DOCUMENT = "https://evenkeel.health/fhir/StructureDefinition/document"
WHOSE = {"Task": "for"}
BY: Mapping[str, Callable[[Resource], list[Resource]]] = {
    "Observation": lambda person: [person],
    "MedicationAdministration": lambda person: [{"actor": person}],
}
"""Who did it, where R4 has a place for that: so nobody takes what was typed at home for the clinic's own."""
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def resource_of(id: str, kind: str, body: str, patient: str) -> Resource:
    """A document as a resource about this patient. `body` is its JSON; `patient` the id of their Patient resource."""
    fields = json.loads(body, parse_float=Decimal)
    made = MADE.get(kind, _basic)(kind, fields)
    whole = [{"url": "kind", "valueCode": kind}, {"url": "body", "valueString": body}]
    type = made.pop("resourceType")
    person = {"reference": f"Patient/{patient}"}
    return {
        "resourceType": type,
        "id": id,
        "extension": [{"url": DOCUMENT, "extension": whole}],
        **made,
        WHOSE.get(type, "subject"): person,
        **({"performer": BY[type](person)} if type in BY else {}),
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


def _reading(kind: str, fields: Fields) -> Resource:
    """The measure's own codes and the unit as typed; the numbers of a blood pressure under one code, as R4 has it."""
    measure = MEASURES.get(fields["what"])
    unit = measure.unit(fields["unit"]) if measure else None
    given = {part: fields["values"].get(part.name) for part in measure.parts} if measure else {}
    values = {part: Decimal(value) for part, value in given.items() if value is not None}
    if measure is None or unit is None or not values:
        return _basic(kind, fields)
    note = {"note": [{"text": fields["note"]}]} if fields.get("note") else {}
    code = _coded(*((unit.coding,) if unit.coding else measure.codings))
    if len(measure.parts) == 1:
        held: Resource = {"valueQuantity": _amount(next(iter(values.values())), unit)}
    else:
        held = {"component": [_part(part, value, unit, measure) for part, value in values.items()]}
    return _observed(measure.category, code, fields["measured_at"], **held, **note)


def _part(part: Part, value: Decimal, unit: Unit, measure: Measure) -> Resource:
    """R4's blood pressure profile knows only mm[Hg]: kilopascals are converted, and stay as typed in the document."""
    own = measure.units[0]
    amount = _amount(value, part.unit) if part.unit else _amount(convert(value, unit, own), own)
    return {"code": _coded(*([part.coding] if part.coding else [])), "valueQuantity": amount}


def _coded(*codings: Coding) -> Resource:
    listed = [{"system": LOINC, "code": code, "display": name} for code, name in codings]
    return {"coding": listed, "text": codings[0][1]}


def _amount(value: Decimal, unit: Unit) -> Resource:
    number = int(value) if value == value.to_integral_value() else float(value)
    return {
        "value": number,
        "unit": unit.said[0] if unit.said else unit.code,
        "system": UCUM,
        "code": unit.code,
    }


def _taken(_kind: str, fields: Fields) -> Resource:
    """One dose as a MedicationAdministration: "a patient consuming … a medication", done or not done at one time.

    A MedicationStatement says in R4 what somebody takes by and large; one for each tablet would read as so many
    medicines (https://hl7.org/fhir/R4/medicationadministration.html#bnr).
    """
    link = {"reference": fields["reference"]} if fields.get("reference") else {}
    ordered = fields.get("reference", "").startswith("MedicationRequest/")
    about = {"request": link} if ordered else {"supportingInformation": [link]} if link else {}
    return {
        "resourceType": "MedicationAdministration",
        "status": "not-done" if fields.get("how") == "skipped" else "completed",
        "medicationCodeableConcept": {"text": fields["title"]},
        "effectiveDateTime": fields["taken_at"],
        **about,
    }


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


def _card(_kind: str, fields: Fields) -> Resource:
    """A DocumentReference to the card as a file that any wallet opens: its text stays as it was signed."""
    file = json.dumps({"verifiableCredential": [fields["jws"]]}, separators=(",", ":"))
    data = base64.b64encode(file.encode()).decode()
    kept = {"contentType": "application/smart-health-card", "data": data, "title": "card.smart-health-card"}
    said = {"status": "current", "type": {"text": "SMART Health Card"}, "date": fields["added_at"]}
    return {"resourceType": "DocumentReference", **said, "content": [{"attachment": kept}]}


MADE: Mapping[str, Callable[[str, Fields], Resource]] = {
    "health-card": _card,
    "mood": _mood,
    "question": _question,
    "reading": _reading,
    "refill": _refill,
    "taken": _taken,
    "weight": _weight,
}
