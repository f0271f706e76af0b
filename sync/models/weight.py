"""What somebody weighed."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import AwareDatetime, Field

from sync.models.doc import Doc, Policy

GRAMS = {"lb": Decimal("453.59237"), "kg": Decimal(1000)}


class Weight(Doc):
    """One weight, once, in whole grams; kilograms and pounds belong to the screen."""

    kind: ClassVar[str] = "weight"
    policy: ClassVar[Policy] = Policy.APPEND

    weighed_at: AwareDatetime
    grams: int = Field(gt=0)
