"""The thin view of a resource: what a list needs to know of it. The resource itself is kept beside it, untouched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.fhir.category import category_of
from sync.fhir.shape import code, dicts, first, human, label, text
from sync.models import Category

Near = Mapping[str, dict[str, Any]]

NAMED = ("Patient", "Practitioner", "RelatedPerson", "Person")
TITLES: dict[str, tuple[str, ...]] = {
    "Appointment": ("description", "serviceType", "appointmentType", "reasonCode"),
    "CarePlan": ("title", "category", "description"),
    "CareTeam": ("name", "category", "reasonCode"),
    "Communication": ("topic", "category", "reasonCode"),
    "Consent": ("category", "scope"),
    "Coverage": ("type", "class", "payor"),
    "Device": ("deviceName", "type"),
    "DocumentReference": ("description", "type", "category"),
    "Encounter": ("type", "serviceType", "class", "reasonCode"),
    "FamilyMemberHistory": ("name", "relationship"),
    "Goal": ("description",),
    "ImagingStudy": ("description", "procedureCode", "modality"),
    "List": ("title", "code"),
    "PractitionerRole": ("code", "specialty", "practitioner"),
    "Questionnaire": ("title", "name", "code"),
    "Task": ("description", "code"),
}
USUAL = (
    "title", "code", "vaccineCode", "medicationCodeableConcept", "medicationReference", "name",
    "type", "description", "topic", "category", "serviceType", "outcome",
)  # fmt: skip
CODES = (
    "code", "vaccineCode", "medicationCodeableConcept", "type", "productCode", "serviceType",
    "description", "relationship", "category",
)  # fmt: skip
WHENS = (
    "effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming", "performedDateTime",
    "performedPeriod", "performedString", "occurrenceDateTime", "occurrencePeriod", "occurrenceString",
    "onsetDateTime", "onsetPeriod", "onsetString", "start", "period", "billablePeriod", "servicedDate",
    "startDate", "authoredOn", "authored", "whenHandedOver", "started", "recordedDate", "recorded",
    "assertedDate", "dateAsserted", "dateTime", "date", "created", "sent", "received", "issued", "birthDate",
)  # fmt: skip
WHEN_OF: dict[str, tuple[str, ...]] = {
    "Observation": ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"),
    "DiagnosticReport": ("effectiveDateTime", "effectivePeriod", "issued"),
    "AllergyIntolerance": ("onsetDateTime", "recordedDate", "onsetPeriod"),
}
STATUSES = ("status", "clinicalStatus", "lifecycleStatus", "verificationStatus")


@dataclass(frozen=True, slots=True)
class View:
    """The thin fields of a record."""

    type: str
    category: Category
    title: str
    code: str = ""
    when: str = ""
    status: str = ""


def view(resource: dict[str, Any], near: Near | None = None) -> View:
    """The view of any R4 resource; `near` finds the resources it came with, by reference."""
    kind = text(resource.get("resourceType")) or "Resource"
    drug = _drug(resource, near or {})
    return View(
        type=kind,
        category=category_of(resource),
        title=(_title(kind, resource) or label(drug) or kind)[:300],
        code=_code(resource) or code(drug),
        when=_when(kind, resource),
        status=_status(resource),
    )


def _title(kind: str, resource: dict[str, Any]) -> str:
    if kind in NAMED:
        return human(resource.get("name"))
    said = _first_label(resource, TITLES.get(kind, USUAL))
    if kind in ("Claim", "ExplanationOfBenefit", "Invoice", "ChargeItem"):
        return _billed(resource) or said
    if kind == "DocumentReference" and not said:
        return label(first(first(resource.get("content")).get("attachment")).get("title"))
    return said


def _first_label(resource: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((said for said in (_named(resource.get(key)) for key in keys) if said), "")


def _named(value: Any) -> str:
    """Most names are concepts; devices and coverage classes keep theirs one level down."""
    return label(value) or next((text(v["name"]) for v in dicts(value) if text(v.get("name"))), "")


def _billed(resource: dict[str, Any]) -> str:
    for item in [*dicts(resource.get("item")), *dicts(resource.get("lineItem"))]:
        said = label(item.get("productOrService")) or label(item.get("chargeItemCodeableConcept"))
        if said:
            return said
    return ""


def _drug(resource: dict[str, Any], near: Near) -> Any:
    """The concept of a medicine that is named by reference, contained or in the same file."""
    link = text(first(resource.get("medicationReference")).get("reference"))
    if not link:
        return None
    inside = (c for c in dicts(resource.get("contained")) if link == f"#{text(c.get('id'))}")
    return (next(inside, None) or near.get(link) or {}).get("code")


def _code(resource: dict[str, Any]) -> str:
    return next((found for found in (code(resource.get(key)) for key in CODES) if found), "")


def _when(kind: str, resource: dict[str, Any]) -> str:
    for key in WHEN_OF.get(kind, ()) + WHENS:
        value = resource.get(key)
        said = text(value) or text(first(value).get("start")) or text(first(value).get("end"))
        if said:
            return said
    return ""


def _status(resource: dict[str, Any]) -> str:
    for key in STATUSES:
        value = resource.get(key)
        said = text(value) or code(value).rpartition("|")[2] or label(value)
        if said:
            return said
    return ""
