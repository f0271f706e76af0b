"""When to ask the clinic again: it holds the request while somebody looks, else now and then, and rarely in trouble.

A clinic that does not hold, or a network that cuts what is held, costs no more than asking every `every` seconds.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

EVERY, SPARING, UNSEEN = 30.0, 120.0, 900.0
FIRST, FACTOR = 1.0, 2.0
HOLD = 20
GAP = 1.0
ENOUGH = 0.75


@dataclass(frozen=True)
class Conditions:
    """What the device allows now. Where nothing is known: somebody looks, and neither bytes nor power are short."""

    seen: bool = True
    online: bool = True
    metered: bool = False
    low: bool = False

    @property
    def generous(self) -> bool:
        """May a request be held open?"""
        return self.seen and self.online and not self.metered and not self.low


@dataclass
class Schedule:
    """The next step: how many seconds to rest, and for how many the clinic may hold the request then.

    After failures it rests 1, 2, 4 … `longest` seconds. Every rest is spread by chance, so that devices which lost
    the clinic at the same moment do not come back at the same moment.
    """

    every: float = EVERY
    longest: float = 300.0
    chance: Callable[[], float] = random.random
    conditions: Conditions = field(default_factory=Conditions)
    failures: int = 0
    _rest: float = 0.0
    _wary: bool = False
    _cut: bool = False

    def worked(self) -> None:
        """The clinic answered a plain exchange."""
        self.failures, self._cut = 0, False
        self._rest = self._spread(self.every) if self._wary else 0.0

    def failed(self) -> None:
        """The clinic did not answer."""
        self.failures += 1
        self._cut = False
        self._rest = self._spread(min(FIRST * FACTOR ** min(self.failures - 1, 20), self.longest))

    def held(self, took: float, asked: int, moved: bool) -> None:
        """A held exchange was answered after `took` of the `asked` seconds. One early answer with nothing is a sign."""
        self.failures, self._cut = 0, False
        self._wary = not moved and took < asked * ENOUGH
        self._rest = self._spread(self.every) if self._wary else max(0.0, GAP - took) if moved else 0.0

    def cut(self) -> None:
        """A held exchange got no answer: a plain one will tell whether anything is wrong."""
        self._wary = self._cut = True
        self._rest = self._spread(FIRST)

    def next(self) -> tuple[float, int]:
        """Seconds to rest, and for how many seconds the clinic may hold what is asked then (0: not at all)."""
        if self.failures or self._cut:
            return self._rest, 0
        if self.conditions.generous:
            return self._rest, HOLD
        here = self.conditions
        return self._spread(SPARING if here.seen and here.online else UNSEEN), 0

    def _spread(self, seconds: float) -> float:
        return seconds * (0.75 + 0.5 * self.chance())
