"""After a database could not be reached, nobody waits for it for a moment; then one asks, and the others hear of it.

Without this, those who wait for a dead cell would take every thread from those whose cell is well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

REST = 1.0


class Patience:
    """Says whether to try. `clock` in seconds, for tests."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._until: float | None = None

    def allows(self) -> bool:
        """True while all is well; afterwards for one in each moment."""
        if self._until is None:
            return True
        with self._lock:
            if self._until is not None and self._clock() < self._until:
                return False
            self._until = self._clock() + REST
            return True

    def failed(self) -> None:
        """It could not be reached."""
        self._until = self._clock() + REST

    def worked(self) -> None:
        """It answers again."""
        self._until = None
