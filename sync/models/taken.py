"""A dose of a medicine, taken or skipped."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, Field

from sync.models.doc import Doc, Policy


class How(StrEnum):
    """What became of a dose."""

    TAKEN = "taken"
    SKIPPED = "skipped"


class Taken(Doc):
    """One dose, once: only added, and taken back where it was a slip.

    `medicine` is the id of the record it is about, `reference` that record's FHIR reference ("MedicationRequest/12"),
    `title` what it was called then. `due_at` is the time it was meant for, where something reminded of it.
    """

    kind: ClassVar[str] = "taken"
    policy: ClassVar[Policy] = Policy.APPEND

    medicine: str = Field(min_length=1, max_length=64)
    title: str = Field(min_length=1, max_length=300)
    reference: str = Field(default="", max_length=200)
    taken_at: AwareDatetime
    due_at: AwareDatetime | None = None
    how: How = How.TAKEN
