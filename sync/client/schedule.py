"""When to ask the clinic again: regularly while it answers, ever more rarely while it does not."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

EVERY = 30.0
FIRST, FACTOR = 1.0, 2.0


@dataclass
class Schedule:
    """Seconds until the next try: `every` after success; 1, 2, 4 … `longest` after failures, spread by chance."""

    every: float = EVERY
    longest: float = 300.0
    chance: Callable[[], float] = random.random
    failures: int = 0

    def worked(self) -> None:
        """The clinic answered."""
        self.failures = 0

    def failed(self) -> None:
        """The clinic did not answer."""
        self.failures += 1

    def wait(self) -> float:
        """Seconds to wait now."""
        if not self.failures:
            return self.every
        longest = min(FIRST * FACTOR ** min(self.failures - 1, 20), self.longest)
        return longest * (0.75 + 0.5 * self.chance())
