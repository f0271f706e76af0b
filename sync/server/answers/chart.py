"""What is filed in the chart as it comes, and the patient is told so."""

from __future__ import annotations

from datetime import datetime

from sync.models import Doc, Receipt, Word, derive_id
from sync.protocol.wire import Mutation


def answer(scope: str, mutation: Mutation, now: datetime) -> list[Doc]:
    """The clinic has it: the chart holds it from now on."""
    id = derive_id("receipt", mutation.id)
    return [Receipt(id=id, of=mutation.id, word=Word.HELD, at=now, by="chart")]
