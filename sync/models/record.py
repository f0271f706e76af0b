"""A piece of the health record: one FHIR R4 resource kept whole, with a thin view beside it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from sync.models.attachment import Attachment
from sync.models.doc import Doc, Policy


class Category(StrEnum):
    """The patient's words for what a resource is; each is a section of Health."""

    RESULT = "result"
    READING = "reading"
    MEDICINE = "medicine"
    CONDITION = "condition"
    ALLERGY = "allergy"
    VACCINE = "vaccine"
    VISIT = "visit"
    PROCEDURE = "procedure"
    NOTE = "note"
    PLAN = "plan"
    SURVEY = "survey"
    BILL = "bill"
    PERSON = "person"
    FORM = "form"
    OTHER = "other"


class Record(Doc):
    """One FHIR R4 resource (https://hl7.org/fhir/R4/) with the five things a list needs to know of it.

    `when` is the FHIR date or dateTime as given (it may be a year); `code` is `system|code`;
    `resource` is the resource as it was imported; files too large for it are named in `attachments`, and stand there as
    `sync.fhir.apart` writes them.
    """

    kind: ClassVar[str] = "record"
    policy: ClassVar[Policy] = Policy.SERVER

    type: str
    category: Category = Category.OTHER
    title: str
    code: str = ""
    when: str = ""
    status: str = ""
    attachments: list[Attachment] = Field(default_factory=list)
    resource: dict[str, Any]
