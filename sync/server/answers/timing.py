"""When results appear: what the patient chose is kept to at once, and "show it now" is done at once."""

from __future__ import annotations

from datetime import datetime

from sync.models import Doc, Receipt, ShowResults, Word
from sync.protocol.wire import Mutation
from sync.server.answers.chart import receipt_id
from sync.server.delaying import Delay
from sync.server.ledger import Ledger


def answer(scope: str, mutation: Mutation, now: datetime) -> list[Doc]:
    """Done: what was held comes with this very reply."""
    return [Receipt(id=receipt_id(mutation.id), of=mutation.id, word=Word.DONE, at=now, by="chart")]


def show(ledger: Ledger, mutation: Mutation) -> None:
    """Show what was asked for."""
    delay = Delay(ledger)
    delay.show(ShowResults.read(mutation.id, mutation.body).sort)
    delay.settle()


def rechoose(ledger: Ledger, mutation: Mutation) -> None:
    """What is held already appears no later than the new choice says."""
    delay = Delay(ledger)
    delay.shorten()
    delay.settle()
