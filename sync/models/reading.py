"""Something that somebody measured themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import AwareDatetime, Field

from sync.models.doc import Doc, Policy


class Reading(Doc):
    """One thing measured, once: numbers and unit as they were typed.

    `what` is a name in `sync.fhir.measures.MEASURES`, `values` the exact number of each of its parts ("value", or
    "systolic" and "diastolic"), `unit` the UCUM code of those parts that have no unit of their own.
    """

    kind: ClassVar[str] = "reading"
    policy: ClassVar[Policy] = Policy.APPEND

    measured_at: AwareDatetime
    what: str = Field(min_length=1, max_length=40)
    values: dict[str, Decimal] = Field(min_length=1)
    unit: str = Field(max_length=40)
    note: str = Field(default="", max_length=1000)
