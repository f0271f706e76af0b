"""Something to read: a short text about a condition, a test or a treatment."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from sync.models.doc import Doc, Policy


class Lesson(Doc):
    """One page of the library. `text` is Markdown; `topics` are codes (`system|code`) it explains.

    `article` is what it is called by in every language it is written in; without it, it stands alone.
    `reviewed_on` is the day somebody last read it through.
    """

    kind: ClassVar[str] = "lesson"
    policy: ClassVar[Policy] = Policy.SERVER

    title: str
    summary: str = ""
    text: str
    language: str = "en"
    topics: list[str] = Field(default_factory=list)
    source: str = ""
    minutes: int = Field(default=1, ge=1)
    article: str = ""
    reviewed_on: date | None = None
