"""When somebody wants to see their results: what they chose, what the clinic holds for it, and "show it now"."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from sync.models.doc import Doc, Policy
from sync.models.ids import derive_id

MOST_DAYS = 30


class ResultSort(StrEnum):
    """The sorts of results for which somebody may choose."""

    LAB = "lab"
    IMAGING = "imaging"
    PATHOLOGY = "pathology"
    GENETIC = "genetic"


class ResultTiming(Doc):
    """After how many days at most a new result of a sort appears, if no clinician comments before; 0 is at once.

    One for each person, under `TIMING`.
    """

    kind: ClassVar[str] = "result-timing"
    policy: ClassVar[Policy] = Policy.REGISTER

    lab: int = Field(default=0, ge=0, le=MOST_DAYS)
    imaging: int = Field(default=0, ge=0, le=MOST_DAYS)
    pathology: int = Field(default=0, ge=0, le=MOST_DAYS)
    genetic: int = Field(default=0, ge=0, le=MOST_DAYS)

    def days(self, sort: ResultSort) -> int:
        """For how many days a result of this sort is held at most."""
        return int(getattr(self, sort.value))


class HeldGroup(BaseModel):
    """How many results of a sort are held, and when the first of them appears at the latest."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    sort: str
    count: int
    until: AwareDatetime


class HeldResults(Doc):
    """What the clinic holds back as the patient asked: how many and until when, never what. Under `HELD`."""

    kind: ClassVar[str] = "held-results"
    policy: ClassVar[Policy] = Policy.SERVER

    groups: list[HeldGroup] = Field(default_factory=list)


class ShowResults(Doc):
    """Show what is held now: of one sort, or everything where `sort` is empty."""

    kind: ClassVar[str] = "show-results"
    policy: ClassVar[Policy] = Policy.COMMAND

    asked_at: AwareDatetime
    sort: str = Field(default="", max_length=40)


TIMING = derive_id("result-timing")
HELD = derive_id("held-results")
