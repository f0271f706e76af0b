"""Which sort of result a resource is; and who has commented on it."""

from __future__ import annotations

from typing import Any

import pytest

from sync.fhir.timing import is_commented, parts_of, sort_of
from sync.models import ResultSort

LAB, IMAGING, PATHOLOGY, GENETIC = ResultSort


def coded(type: str, *codes: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": type, "category": [{"coding": [{"code": code} for code in codes]}], **more}


@pytest.mark.parametrize(
    ("resource", "sort"),
    [
        (coded("Observation", "laboratory"), LAB),
        ({"resourceType": "Observation"}, LAB),
        (coded("Observation", "imaging"), IMAGING),
        (coded("Observation", "vital-signs"), None),
        (coded("Observation", "survey"), None),
        (coded("DiagnosticReport", "LAB"), LAB),
        (coded("DiagnosticReport", "LAB", "GE"), GENETIC),
        (coded("DiagnosticReport", "SP"), PATHOLOGY),
        (coded("DiagnosticReport", "RAD", presentedForm=[{"data": "eA=="}]), IMAGING),
        (coded("DiagnosticReport", "34117-2"), None),
        ({"resourceType": "ImagingStudy"}, IMAGING),
        ({"resourceType": "MolecularSequence"}, GENETIC),
        ({"resourceType": "Condition"}, None),
        ({"resourceType": 7, "category": "odd"}, None),
    ],
)
def test_sorts(resource: dict[str, Any], sort: ResultSort | None) -> None:
    assert sort_of(resource) == sort


@pytest.mark.parametrize(
    ("resource", "commented"),
    [
        ({}, False),
        ({"note": [{"text": "A little high."}]}, True),
        ({"note": [{"text": "  "}]}, False),
        ({"note": "odd"}, False),
        ({"conclusion": "All well."}, True),
        ({"conclusion": ""}, False),
    ],
)
def test_comments(resource: dict[str, Any], commented: bool) -> None:
    assert is_commented(resource) is commented


def test_a_report_names_its_parts_in_any_way() -> None:
    links = ("Observation/a", "urn:uuid:b", "https://clinic.test/fhir/Observation/c/_history/2", "")
    assert parts_of({"result": [{"reference": link} for link in links]}) == ["a", "b", "c"]
    assert parts_of({"hasMember": [{"reference": "Observation/d"}], "result": 5}) == ["d"]
