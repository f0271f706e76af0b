"""A visit at the clinic."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, Field

from sync.models.doc import Doc, Policy


class VisitStatus(StrEnum):
    """Where a visit stands, in FHIR Appointment's words."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NOSHOW = "noshow"


class Visit(Doc):
    """A visit as the clinic has it in its diary."""

    kind: ClassVar[str] = "visit"
    policy: ClassVar[Policy] = Policy.SERVER

    starts_at: AwareDatetime
    minutes: int = Field(default=20, gt=0)
    with_whom: str = ""
    where: str = ""
    reason: str = ""
    prepare: str = ""
    status: VisitStatus = VisitStatus.BOOKED
