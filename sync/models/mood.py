"""How somebody felt."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime, Field

from sync.models.doc import Doc, Policy


class MoodEntry(Doc):
    """One mood, once. `score` runs from 1 (very low) to 5 (very good)."""

    kind: ClassVar[str] = "mood"
    policy: ClassVar[Policy] = Policy.APPEND

    felt_at: AwareDatetime
    score: int = Field(ge=1, le=5)
    note: str = Field(default="", max_length=2000)
