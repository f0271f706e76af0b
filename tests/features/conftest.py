"""A whole app without a clinic: a real encrypted store, filled as the clinic would fill it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.context import App
from app.main import make_app, window
from app.vault import Vault
from sync.fhir.reading import Found
from sync.fhir.record import papers
from sync.models import Clinic, Device, Doc, Lesson, Visit, derive_id
from sync.protocol.wire import Page, Reply, Row
from tests.harness import Window

NOW = datetime(2026, 6, 3, 14, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")
PASSCODE = "135790"
SCOPE = "patient-rosa"


class Chart:
    """Plays the clinic: sends rows down to an app, in order."""

    def __init__(self, app: App) -> None:
        self.app, self.seq = app, 0

    def row(self, id: str, kind: str, body: str) -> Row:
        """The next row of the feed."""
        self.seq += 1
        return Row(id=id, kind=kind, rev=f"1-{self.seq}", seq=self.seq, body=body)

    def send(self, *docs: Doc, scope: str = SCOPE, more: bool = False) -> None:
        """Send documents."""
        rows = [self.row(doc.id, doc.kind, doc.body()) for doc in docs]
        self.settle(rows, scope, more)

    def send_fhir(self, *resources: dict[str, Any]) -> None:
        """Send FHIR resources as records, as the clinic's import makes them."""
        rows = []
        for fields in resources:
            found = Found(fields["resourceType"], fields["id"], json.dumps(fields).encode(), fields)
            rows += [self.row(paper.id, paper.kind, paper.body) for paper in papers(found)]
        self.settle(rows, SCOPE, False)

    def settle(self, rows: list[Row], scope: str, more: bool) -> None:
        """One reply with these rows."""
        page = Page(scope=scope, rows=rows, cursor=str(self.seq), more=more)
        self.app.store.settle([], Reply(pages=[page]))


def a1c(id: str, value: float, day: str, **more: Any) -> dict[str, Any]:
    """An A1c result with its usual range."""
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}], "text": "Hemoglobin A1c"},
        "effectiveDateTime": day,
        "valueQuantity": {"value": value, "unit": "%"},
        "referenceRange": [{"low": {"value": 4.0}, "high": {"value": 5.6}}],
        **more,
    }


def pressure(id: str, high: int, low: int, day: str) -> dict[str, Any]:
    """A blood pressure."""
    parts = (("8480-6", "Systolic", high), ("8462-4", "Diastolic", low))
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}], "text": "Blood pressure"},
        "effectiveDateTime": day,
        "component": [
            {
                "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": title},
                "valueQuantity": {"value": value, "unit": "mmHg"},
            }
            for code, title, value in parts
        ],
    }


def medicines() -> list[dict[str, Any]]:
    """One that is taken, one that is over."""
    return [
        {
            "resourceType": "MedicationRequest",
            "id": "met",
            "status": "active",
            "authoredOn": "2025-02-01",
            "medicationCodeableConcept": {"text": "Metformin 500 mg"},
            "dosageInstruction": [{"text": "One tablet with breakfast"}],
            "requester": {"reference": "Practitioner/lee"},
        },
        {
            "resourceType": "MedicationRequest",
            "id": "old",
            "status": "stopped",
            "authoredOn": "2026-03-01",
            "medicationCodeableConcept": {"text": "Amoxicillin"},
        },
    ]


def others() -> list[dict[str, Any]]:
    """One of many other kinds of record."""
    coded = "http://hl7.org/fhir/sid/cvx"
    return [
        {
            "resourceType": "Patient",
            "id": "rosa",
            "name": [{"given": ["Rosa"], "family": "Marin"}],
            "birthDate": "1959-06-17",
            "telecom": [{"system": "phone", "value": "555-0100"}],
        },
        *medicines(),
        {"resourceType": "Practitioner", "id": "lee", "name": [{"text": "Dr. Lee"}]},
        {
            "resourceType": "Condition",
            "id": "dm",
            "code": {"text": "Type 2 diabetes"},
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "onsetDateTime": "2019",
        },
        {
            "resourceType": "Immunization",
            "id": "flu",
            "status": "completed",
            "vaccineCode": {"coding": [{"system": coded, "code": "140"}], "text": "Influenza"},
            "occurrenceDateTime": "2025-10-02",
        },
        {"resourceType": "Basic", "id": "odd", "code": {"text": "Something else"}},
    ]


def lesson(language: str = "en", title: str = "What is A1c?") -> Lesson:
    """A page of the library."""
    return Lesson(
        id=derive_id("lesson", language, title),
        title=title,
        summary="What the number means.",
        text="# A1c\n\nIt shows your **sugar** over three months.",
        language=language,
        topics=["http://loinc.org|4548-4"],
        source="MedlinePlus",
        minutes=2,
    )


def fill(chart: Chart) -> None:
    """A small but whole record."""
    report = {
        "resourceType": "DiagnosticReport",
        "id": "rep",
        "status": "final",
        "effectiveDateTime": "2026-06-01",
    }
    report |= {"code": {"text": "Sugar panel"}, "result": [{"reference": "Observation/a3"}]}
    report |= {"conclusion": "Better than in March. Keep going.", "performer": [{"display": "Dr. Lee"}]}
    report |= {"category": [{"coding": [{"code": "LAB"}]}]}
    chart.send_fhir(
        a1c("a1", 8.1, "2026-03-01"),
        a1c("a2", 7.6, "2026-04-15"),
        a1c("a3", 7.2, "2026-06-01"),
        pressure("b1", 151, 92, "2026-03-01"),
        pressure("b2", 128, 81, "2026-06-01"),
        *others(),
        report,
    )
    chart.send(
        Visit(
            id="v1",
            starts_at=datetime(2026, 6, 4, 16, 40, tzinfo=UTC),
            with_whom="Dr. Lee",
            where="Room 4",
            reason="Follow-up",
            prepare="Bring your list of medicines.",
        ),
        Device(id="d1", label="Rosa's phone", enrolled_at=NOW - timedelta(days=40)),
    )
    chart.send(
        lesson(),
        lesson("es", "¿Qué es la A1c?"),
        Clinic(id="c", name="Riverside Clinic", phone="555-0199", hours=["Mon–Fri 8–17"]),
        scope="content",
    )


@pytest.fixture
async def empty_app(tmp_path: Path) -> AsyncIterator[App]:
    """An enrolled app whose record has not come in yet."""
    vault = Vault(tmp_path, fast=True)
    vault.create(PASSCODE)
    app = make_app(tmp_path, now=lambda: NOW, vault=vault, zone=ZONE)
    await app.unlock(PASSCODE)
    app.store.keep(credentials={"server": "https://clinic.test", "jwk": {}, "device": "d1"})
    app.view(SCOPE)
    yield app
    app.lock()


@pytest.fixture
def chart(empty_app: App) -> Chart:
    """The clinic's hand on the app's record."""
    return Chart(empty_app)


@pytest.fixture
def app_with_record(empty_app: App, chart: Chart) -> App:
    """An app with a small but whole record."""
    fill(chart)
    return empty_app


@pytest.fixture
def open_at() -> Callable[..., Window]:
    """Opens the real window on an app at an address: open_at(app, "/mood")."""

    def make(app: App, route: str = "/", **window_: Any) -> Window:
        return Window(window(app), route, **window_)

    return make
