"""A question to the clinic about something in the record."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime, Field

from sync.models.doc import Doc, Policy

MOST_LETTERS = 2000


class Question(Doc):
    """Asked once; the clinic answers in a Receipt.

    `about` is the id of the record it is about, `reference` that record's FHIR reference ("Observation/12"), `title`
    what it was called when it was asked, `note` the question itself.
    """

    kind: ClassVar[str] = "question"
    policy: ClassVar[Policy] = Policy.COMMAND

    asked_at: AwareDatetime
    about: str = Field(min_length=1, max_length=64)
    reference: str = Field(default="", max_length=200)
    title: str = Field(min_length=1, max_length=300)
    note: str = Field(min_length=1, max_length=MOST_LETTERS)
