"""How one conversation with the clinic ends: what it moved, or why it was given up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sync.protocol.wire import Reply


@dataclass
class Outcome:
    """What one conversation moved. It was held for `took` of `held` seconds; `more` is left where it was stopped."""

    received: int = 0
    sent: int = 0
    reset: int = 0
    judged: int = 0
    held: int = 0
    took: float = 0.0
    moved: bool = False
    more: bool = False

    def add(self, more: Outcome) -> None:
        """And what another one moved."""
        self.received += more.received
        self.sent += more.sent
        self.reset += more.reset


class LetGo(Exception):
    """A held request was given up, because there is something else to do."""


class HoldCut(Exception):
    """A held request got no answer. That alone says nothing of the clinic."""


def unheard(asked: asyncio.Future[Reply]) -> None:
    """Nobody waits for this answer any more, not even for its error."""
    if not asked.cancelled():
        asked.exception()
