"""What a FHIR server offers, by its CapabilityStatement; and what of that belongs into a patient's record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sync.fhir.shape import dicts, text
from sync.server.errors import NotFhir, NotOffered, NotR4, NoTypes
from sync.server.pull.address import TYPE
from sync.server.pull.peer import Peer
from sync.server.pull.stops import NoPage, Refused

PATIENT = "Patient"
SHARED = (
    "Organization", "Location", "Practitioner", "PractitionerRole", "HealthcareService", "Substance", "Medication",
)  # fmt: skip
"""What belongs to no patient and is referred to by many; pulled first, so that it is here when it is referred to."""
OWN = (
    "RelatedPerson", "Coverage", "Account", "EpisodeOfCare", "Encounter", "Condition", "AllergyIntolerance", "Flag",
    "AdverseEvent", "ClinicalImpression", "DetectedIssue", "RiskAssessment", "FamilyMemberHistory", "Goal", "CareTeam",
    "CarePlan", "ServiceRequest", "DeviceRequest", "NutritionOrder", "VisionPrescription", "Device",
    "DeviceUseStatement", "Procedure", "Immunization", "ImmunizationRecommendation", "ImmunizationEvaluation",
    "MedicationRequest", "MedicationDispense", "MedicationAdministration", "MedicationStatement", "Specimen",
    "BodyStructure", "ImagingStudy", "Media", "Observation", "DiagnosticReport", "DocumentReference", "Composition",
    "DocumentManifest", "QuestionnaireResponse", "Appointment", "AppointmentResponse", "Communication",
    "CommunicationRequest", "RequestGroup", "Task", "List", "Consent", "Contract", "Invoice", "ChargeItem", "Claim",
    "ClaimResponse", "ExplanationOfBenefit", "Basic", "Provenance",
)  # fmt: skip
"""What is about one patient."""
USUAL = (PATIENT, *SHARED, "Questionnaire", *OWN)
_ABOUT = ("patient", "subject")
_NOT = ("AdverseEvent", "patient")
"""In FHIR R4 this one type of all has no such parameter."""


@dataclass(frozen=True)
class Offer:
    """The types that can be searched, each with its parameters; and whether a patient's record comes as one.

    `types` is None for a server that says nothing of itself.
    """

    types: dict[str, frozenset[str]] | None = None
    everything: bool = False

    def wanted(self, base: str, asked: Sequence[str]) -> list[str]:
        """What to pull: the types asked for, or all that belong into a record. Patients always, and first.

        Raises NotOffered for a type that cannot be searched, NoTypes where nothing is known of any.
        """
        if self.types is None and not asked:
            raise NoTypes(base)
        strange = [one for one in asked if self.types is not None and one not in self.types]
        if strange:
            raise NotOffered(base, ", ".join(strange))
        chosen = (
            {PATIENT, *asked} if asked else {one for one in USUAL if one in (self.types or ())} | {PATIENT}
        )
        return [one for one in USUAL if one in chosen] + sorted(chosen - {*USUAL})

    def left_out(self, asked: Sequence[str]) -> list[str]:
        """What the server has besides, and a record has no use for. It comes when it is asked for by name."""
        return [] if asked else sorted({*(self.types or ())} - {*USUAL})

    def of_patient(self, type: str, id: str) -> str:
        """The search for one patient's resources of a type, by a parameter the server knows, or by compartment."""
        if type == PATIENT:
            return f"{PATIENT}?_id={id}"
        known = (self.types or {}).get(type) or frozenset(_ABOUT)
        for name in _ABOUT:
            if name in known and (type, name) != _NOT:
                return f"{type}?{name}={PATIENT}/{id}"
        return f"{PATIENT}/{id}/{type}"


@dataclass
class _Says:
    """What one `rest` part says, read without trust in its shape."""

    types: dict[str, frozenset[str]] = field(default_factory=dict)
    everything: bool = False

    def add(self, rest: dict[str, Any]) -> None:
        for one in dicts(rest.get("resource")):
            done = {text(way.get("code")) for way in dicts(one.get("interaction"))}
            name = text(one.get("type"))
            if TYPE.fullmatch(name) and (not done or "search-type" in done):
                self.types[name] = frozenset(text(way.get("name")) for way in dicts(one.get("searchParam")))
            if name == PATIENT:
                self.everything |= any(_is_everything(way) for way in dicts(one.get("operation")))
        self.everything |= any(_is_everything(way) for way in dicts(rest.get("operation")))


def _is_everything(operation: dict[str, Any]) -> bool:
    named = text(operation.get("name")).removeprefix("$") == "everything"
    return named or text(operation.get("definition")).endswith("/Patient-everything")


def ask(peer: Peer, lenient: bool) -> Offer:
    """Ask the server what it offers. `lenient`: one that does not say is taken as it is. Raises NotFhir, NotR4, a Stop.

    Some servers answer 200 with something else entirely, so what kind of resource it is decides.
    """
    base = peer.bounds.base
    try:
        fields = msgspec.json.decode(peer.get(f"{base}/metadata").body)
        if not isinstance(fields, dict) or fields.get("resourceType") != "CapabilityStatement":
            raise NoPage("no CapabilityStatement")
    except (Refused, NoPage, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if lenient:
            return Offer()
        raise NotFhir(base, str(error) if isinstance(error, Refused | NoPage) else "no JSON") from None
    version = text(fields.get("fhirVersion"))
    if version and not version.startswith(("4.0", "4.3")):
        raise NotR4(base, version if version.replace(".", "").isalnum() and len(version) < 20 else "unknown")
    says = _Says()
    for rest in dicts(fields.get("rest")):
        if text(rest.get("mode")) in ("server", ""):
            says.add(rest)
    return Offer(says.types or None, says.everything)
