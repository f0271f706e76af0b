"""The real store of a device, and an ear at it: the model hears of what was taken in once that is committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from app.store import Store
from sync.protocol.flow import Part
from sync.protocol.segment import Line
from sync.protocol.wire import Mutation, Reply

Heard = Callable[[Sequence[Mutation], Reply], None]
Filled = Callable[[str, Sequence[Line]], None]


class Overheard(Store):
    """What a device does after a commit may fail; the commit still counts."""

    def __init__(self, db: Any, now: Callable[[], datetime], heard: Heard, filled: Filled) -> None:
        super().__init__(db, now)
        self._heard, self._filled = heard, filled

    def settle(self, sent: Sequence[Mutation], reply: Reply) -> None:
        """As the store does, then tell."""
        super().settle(sent, reply)
        self._heard(sent, reply)

    def fill(self, part: Part, lines: Sequence[Line]) -> None:
        """As the store does, then tell."""
        super().fill(part, lines)
        self._filled(part.scope, lines)
