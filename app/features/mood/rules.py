"""What moods mean together: a mean per day, and how this week compares. No praise, no blame, no counting of days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo

WEEK = timedelta(days=7)
SAME = 0.3
HARD, HARD_DAYS = 2.0, 3


def daily_means(moods: Iterable[tuple[datetime, int]], zone: tzinfo) -> list[tuple[date, float]]:
    """One mean per day on the patient's own calendar, oldest first."""
    days: dict[date, list[int]] = {}
    for felt_at, score in moods:
        days.setdefault(felt_at.astimezone(zone).date(), []).append(score)
    return [(day, sum(scores) / len(scores)) for day, scores in sorted(days.items())]


def mean_between(days: Sequence[tuple[date, float]], start: date, end: date) -> float | None:
    """The mean of the days from `start` up to, not with, `end`; None without any."""
    found = [mean for day, mean in days if start <= day < end]
    return sum(found) / len(found) if found else None


def change(days: Sequence[tuple[date, float]], today: date) -> str:
    """How the last seven days compare with the seven before: better, lower, same, or "" when one is empty."""
    start = today + timedelta(days=1) - WEEK
    now, before = mean_between(days, start, start + WEEK), mean_between(days, start - WEEK, start)
    if now is None or before is None:
        return ""
    if abs(now - before) < SAME:
        return "same"
    return "better" if now > before else "lower"


def is_hard(days: Sequence[tuple[date, float]], today: date) -> bool:
    """Were the last three days with a mood, all within a week, low ones?"""
    last = [mean for day, mean in days if today - WEEK < day <= today][-HARD_DAYS:]
    return len(last) == HARD_DAYS and max(last) <= HARD


def nearest_face(mean: float) -> int:
    """The face that stands for a mean."""
    return min(5, max(1, int(mean + 0.5)))
