"""What is filed in the chart as it comes, and the patient is told so."""

from __future__ import annotations

from datetime import datetime

from sync.models import Doc, Receipt, Word, derive_id
from sync.protocol.wire import Mutation


def receipt_id(of: str) -> str:
    """The id of the one receipt for a document: what is said later takes its place."""
    return derive_id("receipt", of)


def answer(scope: str, mutation: Mutation, now: datetime) -> list[Doc]:
    """The clinic has it: the chart holds it from now on."""
    return [Receipt(id=receipt_id(mutation.id), of=mutation.id, word=Word.HELD, at=now, by="chart")]
