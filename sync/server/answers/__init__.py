"""What the clinic answers, by noun: `chart` for what is only filed, `queue` for what a person decides; its line below.

An answer is written in the transaction of what it answers, so it arrives with the same reply. What the clinic does
besides, in that transaction too, is a deed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sync.models import (
    Doc,
    HealthCard,
    MoodEntry,
    Question,
    Reading,
    Refill,
    ResultTiming,
    ShowResults,
    Taken,
    Weight,
)
from sync.protocol.wire import Mutation
from sync.server.answers import chart, queue, timing
from sync.server.ledger import Ledger

Answer = Callable[[str, Mutation, datetime], list[Doc]]
Deed = Callable[[Ledger, Mutation], None]

ANSWERS: Mapping[str, Answer] = {
    HealthCard.kind: chart.answer,
    MoodEntry.kind: chart.answer,
    Question.kind: queue.answer,
    Reading.kind: chart.answer,
    Refill.kind: queue.answer,
    ResultTiming.kind: chart.answer,
    ShowResults.kind: timing.answer,
    Taken.kind: chart.answer,
    Weight.kind: chart.answer,
}
DEEDS: Mapping[str, Deed] = {ResultTiming.kind: timing.rechoose, ShowResults.kind: timing.show}
