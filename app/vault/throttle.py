"""How long to wait between wrong passcodes. Waiting is counted by the machine's uptime, never by its clock.

The uptime only grows while the machine runs and begins anew when it starts, so neither setting the clock nor
restarting the app or the machine ever makes a wait shorter; a restart of the machine may make it longer.
"""

from __future__ import annotations

import time
from typing import Any

DELAYS = (0, 0, 0, 5, 15, 60, 300, 900, 3600)
Tries = dict[str, Any]
NONE: Tries = {"count": 0, "wait": 0.0, "since": 0.0}


def uptime() -> float:
    """Seconds since this machine started, sleep included where the system counts it."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def remaining(tries: Tries, up: float) -> float:
    """Seconds still to wait before the next try."""
    since = float(tries["since"])
    waited = up - since if up >= since else up
    return max(0.0, float(tries["wait"]) - waited)


def counted(tries: Tries, up: float) -> Tries:
    """The tries with one more, and the wait that follows it if it was wrong."""
    count = int(tries["count"]) + 1
    return {"count": count, "wait": float(DELAYS[min(count, len(DELAYS) - 1)]), "since": up}
