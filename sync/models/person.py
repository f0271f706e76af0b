"""Whose record this is."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sync.models.doc import Doc, Policy


class Person(Doc):
    """The person a scope belongs to, as the clinic knows them. `fhir_id` is their Patient id."""

    kind: ClassVar[str] = "person"
    policy: ClassVar[Policy] = Policy.SERVER

    fhir_id: str
    name: str
    given: str = ""
    born_on: date | None = None
    sex: str = ""
    language: str = ""
