"""What weights mean: typed numbers, two units, one weight per day, and a quick change. No goals, no praise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from app.core.errors import RuleBroken
from sync.models.weight import GRAMS

UNITS = tuple(GRAMS)
NUMBER = re.compile(r"(\d{1,4})(?:[.,](\d{1,2}))?")
LIGHTEST, HEAVIEST = 1_000, 500_000
WEEK = 7
QUICK = 2_000  # grams within a week: worth a word to the clinic
ODD = 0.15  # of the weight within a week: more likely a slip or the wrong unit


@dataclass(frozen=True)
class Change:
    """How many grams up or down (below zero), within how many days; `odd` when a slip is more likely."""

    grams: int
    days: int
    odd: bool = False


def read_grams(text: str, unit: str) -> int:
    """The grams in a typed number of this unit; a comma may stand for the point. Raises RuleBroken."""
    found = NUMBER.fullmatch(text.strip())
    if found is None:
        raise RuleBroken("weight.not_a_number")
    grams = Decimal(f"{found[1]}.{found[2] or 0}") * GRAMS[unit]
    if not LIGHTEST <= grams <= HEAVIEST:
        raise RuleBroken(f"weight.out_of_range_{unit}")
    return int(grams.quantize(Decimal(1), ROUND_HALF_UP))


def in_unit(grams: int, unit: str) -> Decimal:
    """Grams in kilograms or pounds, to one place."""
    return (grams / GRAMS[unit]).quantize(Decimal("0.1"), ROUND_HALF_UP)


def daily(weights: Iterable[tuple[datetime, int]], zone: tzinfo) -> list[tuple[date, int]]:
    """The last weight of each day on the patient's own calendar. Takes and gives oldest first."""
    return sorted({at.astimezone(zone).date(): grams for at, grams in weights}.items())


def quick_change(days: Sequence[tuple[date, int]], today: date) -> Change | None:
    """The last weight against the first of the seven days before it; None when small, or long ago."""
    if not days or today - days[-1][0] > timedelta(days=WEEK):
        return None
    last, now = days[-1]
    first, before = next(pair for pair in days if last - pair[0] <= timedelta(days=WEEK))
    if abs(now - before) < QUICK:
        return None
    return Change(now - before, (last - first).days, abs(now - before) > before * ODD)
