"""What Today says: the greeting, and which visit counts as the next one."""

from __future__ import annotations

from datetime import datetime, timedelta

MOST_CARDS = 7
MORNING, AFTERNOON, EVENING = 4, 12, 18


def part_of_day(local: datetime) -> str:
    """Morning, afternoon or evening, on the patient's own clock."""
    if MORNING <= local.hour < AFTERNOON:
        return "morning"
    return "afternoon" if AFTERNOON <= local.hour < EVENING else "evening"


def is_ahead(starts_at: datetime, minutes: int, now: datetime) -> bool:
    """Is this visit still to come, or going on now?"""
    return starts_at + timedelta(minutes=minutes) > now


def is_soon(starts_at: datetime, now: datetime) -> bool:
    """Is this visit within a day? Then what to prepare is shown at once."""
    return starts_at - now <= timedelta(hours=36)
