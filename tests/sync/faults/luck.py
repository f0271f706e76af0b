"""What a connection has coming, from a seed; and where one HTTP request ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

UP, DOWN = "up", "down"
FAULTS = ("cut", "half", "truncate", "stall", "late", "replay")
FARTHEST = 300_000
LATEST = 0.8
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Luck:
    """A fault ("" for none) after so many bytes of one direction; what comes late comes after `seconds`."""

    fault: str
    side: str
    at: int
    seconds: float


def draw(
    chance: Random,
    share: float,
    faults: tuple[str, ...] = FAULTS,
    latest: float = LATEST,
    farthest: int = FARTHEST,
) -> Luck:
    """The luck of one connection. Near bytes are as likely as far ones, so heads, bodies and long answers all break."""
    fault = chance.choice(faults) if chance.random() < share else ""
    side = chance.choice((UP, DOWN))
    if fault in ("late", "replay", "truncate"):
        side = DOWN if fault == "truncate" else UP
    return Luck(fault, side, int(farthest ** chance.random()), chance.uniform(latest / 20, latest))


class Requests:
    """Cuts what a client sends into whole HTTP/1.1 requests."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The requests that are whole now."""
        self._kept += data
        while (end := self._end()) and len(self._kept) >= end:
            request, self._kept = self._kept[:end], self._kept[end:]
            yield request

    def _end(self) -> int:
        head = self._kept.find(b"\r\n\r\n")
        if head < 0:
            return 0
        found = LENGTH.search(self._kept[: head + 2])
        return head + 4 + (int(found[1]) if found else 0)
