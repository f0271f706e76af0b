"""The clinic's word on something a patient sent."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from sync.models.doc import Doc, Policy


class Word(StrEnum):
    """The state words that only the clinic can say."""

    HELD = "held"  # "Clinic has it": a person or a queue there holds it
    DONE = "done"
    REFUSED = "refused"
    NEEDS_YOU = "needs-you"


class Receipt(Doc):
    """What the clinic says of document `of`: who holds it (`by`), since when, and why where it said no."""

    kind: ClassVar[str] = "receipt"
    policy: ClassVar[Policy] = Policy.SERVER

    of: str
    word: Word
    at: AwareDatetime
    by: str = ""
    reason: str = ""
