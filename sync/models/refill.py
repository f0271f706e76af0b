"""A request for more of a medicine."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime, Field

from sync.models.doc import Doc, Policy


class Refill(Doc):
    """Asked once; the clinic decides, and says so in a Receipt.

    `medicine` is the id of the record it is about, `reference` that record's FHIR reference ("MedicationRequest/12"),
    `title` what it was called when it was asked for.
    """

    kind: ClassVar[str] = "refill"
    policy: ClassVar[Policy] = Policy.COMMAND

    asked_at: AwareDatetime
    medicine: str = Field(min_length=1, max_length=64)
    reference: str = Field(default="", max_length=200)
    title: str = Field(min_length=1, max_length=300)
    note: str = Field(default="", max_length=1000)
