"""What a person at the clinic must decide: it lies in the queue until they do, and the patient is told so."""

from __future__ import annotations

from datetime import datetime

from sync.models import Doc, Receipt, Word
from sync.protocol.wire import Mutation
from sync.server.answers.chart import receipt_id


def answer(scope: str, mutation: Mutation, now: datetime) -> list[Doc]:
    """The clinic has it, and nobody has decided yet. Nothing is said of a request that was taken back."""
    if mutation.op == "delete":
        return []
    return [Receipt(id=receipt_id(mutation.id), of=mutation.id, word=Word.HELD, at=now, by="queue")]
