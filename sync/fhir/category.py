"""Which section of Health a resource belongs to."""

from __future__ import annotations

from typing import Any

from sync.fhir.shape import codes
from sync.models import Category

BY_TYPE: dict[str, Category] = {
    name: category
    for category, names in {
        Category.RESULT: "ImagingStudy MolecularSequence Specimen",
        Category.MEDICINE: "MedicationRequest MedicationStatement MedicationAdministration"
        " MedicationDispense Medication MedicationKnowledge",
        Category.CONDITION: "Condition",
        Category.ALLERGY: "AllergyIntolerance",
        Category.VACCINE: "Immunization ImmunizationEvaluation ImmunizationRecommendation",
        Category.VISIT: "Encounter Appointment AppointmentResponse EpisodeOfCare",
        Category.PROCEDURE: "Procedure",
        Category.NOTE: "DocumentReference Composition ClinicalImpression",
        Category.PLAN: "CarePlan CareTeam Goal ServiceRequest NutritionOrder DeviceRequest RequestGroup",
        Category.SURVEY: "QuestionnaireResponse",
        Category.BILL: "Claim ClaimResponse ExplanationOfBenefit Invoice Coverage Account ChargeItem"
        " PaymentNotice PaymentReconciliation",
        Category.PERSON: "Patient Practitioner PractitionerRole Organization Location RelatedPerson Person",
        Category.FORM: "Questionnaire",
    }.items()
    for name in names.split()
}
READINGS = {"vital-signs", "activity", "exam"}
SURVEYS = {"survey", "social-history"}
NOTES = {"34117-2", "51847-2", "11488-4", "18842-5", "11506-3", "34109-9", "LP29708-2", "clinical-note"}


def category_of(resource: dict[str, Any]) -> Category:
    """The section for this resource; OTHER when no section fits."""
    kind = resource.get("resourceType")
    if kind == "Observation":
        return _observation(codes(resource.get("category")))
    if kind == "DiagnosticReport":
        return _report(resource)
    return BY_TYPE.get(kind, Category.OTHER) if isinstance(kind, str) else Category.OTHER


def _observation(said: set[str]) -> Category:
    if "laboratory" in said:
        return Category.RESULT
    if said & READINGS:
        return Category.READING
    return Category.SURVEY if said & SURVEYS else Category.RESULT


def _report(resource: dict[str, Any]) -> Category:
    if resource.get("result"):
        return Category.RESULT
    noted = codes(resource.get("category")) & NOTES or resource.get("presentedForm")
    return Category.NOTE if noted else Category.RESULT
