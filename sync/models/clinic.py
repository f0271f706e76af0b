"""The clinic itself: whom to call and when somebody answers."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from sync.models.doc import Doc, Policy


class Clinic(Doc):
    """Name, phone and opening hours, shared by all patients. `hours` are lines to show as they are."""

    kind: ClassVar[str] = "clinic"
    policy: ClassVar[Policy] = Policy.SERVER

    name: str
    phone: str = ""
    hours: list[str] = Field(default_factory=list)
    zone: str = "UTC"
