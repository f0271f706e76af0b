"""What the clinic answers, by noun: `chart` for what is only filed, `queue` for what a person decides; its line below.

An answer is written in the transaction of what it answers, so it arrives with the same reply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sync.models import Doc, MoodEntry, Refill, Weight
from sync.protocol.wire import Mutation
from sync.server.answers import chart, queue

Answer = Callable[[str, Mutation, datetime], list[Doc]]

ANSWERS: Mapping[str, Answer] = {
    MoodEntry.kind: chart.answer,
    Refill.kind: queue.answer,
    Weight.kind: chart.answer,
}
