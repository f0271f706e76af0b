"""A phone, tablet or computer that holds somebody's record."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from sync.models.doc import Doc, Policy


class Device(Doc):
    """One enrolled device. `revoked_at`: the clinic or the patient ended it; `lost_at`: it was reported lost, and is
    to erase the record when it asks; `erased_at`: it said that it did.
    """

    kind: ClassVar[str] = "device"
    policy: ClassVar[Policy] = Policy.SERVER

    label: str
    enrolled_at: AwareDatetime
    revoked_at: AwareDatetime | None = None
    lost_at: AwareDatetime | None = None
    erased_at: AwareDatetime | None = None
