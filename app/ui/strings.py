"""The words in the patient's language, from assets/strings; dates and numbers as people say them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

STRINGS = Path(__file__).parents[2] / "assets" / "strings"
LANGUAGES = ("en", "es")
HOLE = re.compile(r"\{(\w+)\}")


class MissingWord(KeyError):
    """A key or a placeholder has no words. Only tests raise it."""


@cache
def load_words(language: str) -> Mapping[str, Any]:
    """The whole file of one language."""
    with (STRINGS / f"{language}.json").open(encoding="utf-8") as file:
        words: Mapping[str, Any] = json.load(file)
    return words


def find_words(language: str, key: str) -> Any:
    """What stands at a dotted key, or None."""
    node: Any = load_words(language)
    for part in key.split("."):
        if not isinstance(node, Mapping) or part not in node:
            return None
        node = node[part]
    return node


def _strict() -> bool:
    return "PYTEST_CURRENT_TEST" in os.environ


def _plural(words: Mapping[str, str], count: Any) -> str:
    if count == 0 and "zero" in words:
        return words["zero"]
    return words["one"] if count == 1 else words["other"]


def _fill(text: str, key: str, values: Mapping[str, Any]) -> str:
    def hole(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values and _strict():
            raise MissingWord(f"{key}: {{{name}}}")
        return str(values.get(name, ""))

    return HOLE.sub(hole, text)


def isolate(text: str) -> str:
    """Keep a value and its unit together and in order, also inside right-to-left text."""
    return f"\u2066{text}\u2069"


@dataclass(frozen=True)
class Words:
    """Call it with a key: t("mood.title"). It also says dates, times and numbers."""

    language: str = "en"
    now: Callable[[], datetime] = datetime.now
    zone: tzinfo | None = None

    def __call__(self, key: str, **values: Any) -> str:
        words = find_words(self.language, key)
        if words is None and _strict():
            raise MissingWord(f"{self.language}: {key}")
        if words is None:
            words = find_words("en", key) or key
        if isinstance(words, Mapping) and "other" in words:
            words = _plural(words, values.get("count"))
        return _fill(words, key, values) if isinstance(words, str) else key

    def has(self, key: str) -> bool:
        """Is there such a key?"""
        return find_words(self.language, key) is not None

    def names(self, key: str) -> list[str]:
        """A list of words, such as the months."""
        return list(find_words(self.language, key) or find_words("en", key))

    def local(self, moment: datetime) -> datetime:
        """A moment on the patient's own clock."""
        return moment.astimezone(self.zone) if moment.tzinfo else moment

    def today(self) -> date:
        """The day it is where the patient is."""
        return self.local(self.now()).date()

    def date(self, day: date) -> str:
        """A date in words: "Tue 3 June 2026"."""
        return self._say("dates.full", self._as_date(day))

    def birthday(self, day: date) -> str:
        """A date of birth in words: "17 June 1959"."""
        return self._say("dates.plain", day)

    def day(self, moment: date) -> str:
        """A day as people say it: "Today", "Tomorrow", "Tue 3 June"."""
        day, today = self._as_date(moment), self.today()
        near = {0: "today", -1: "yesterday", 1: "tomorrow"}.get((day - today).days)
        if near:
            return self(f"dates.{near}")
        return self._say("dates.short" if day.year == today.year else "dates.full", day)

    def heading(self, moment: date) -> str:
        """What a list writes above a day: "Today", "Last week", "March 2026"."""
        day, today = self._as_date(moment), self.today()
        if abs((day - today).days) <= 1:
            return self.day(day)
        monday = today - timedelta(days=today.weekday())
        week = (day - timedelta(days=day.weekday()) - monday).days // 7
        near = {0: "this_week", -1: "last_week", 1: "next_week"}.get(week)
        return self(f"dates.{near}") if near else self.month(day)

    def month(self, day: date) -> str:
        """A month and its year: "March 2026"."""
        month = self.names("dates.months")[day.month - 1]
        return self("dates.month", month=month[:1].upper() + month[1:], year=day.year)

    def time(self, moment: datetime) -> str:
        """A time of day: "9:12"."""
        local = self.local(moment)
        return f"{local.hour}:{local.minute:02}"

    def number(self, value: float | Decimal | int) -> str:
        """A number without needless zeros: 7.2, 1,250."""
        text = f"{Decimal(str(value)):,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def quantity(self, value: float | Decimal | int | str, unit: str = "") -> str:
        """A value and its unit, kept together on one line: "7.2 %"."""
        said = value if isinstance(value, str) else self.number(value)
        return isolate(f"{said}\u00a0{unit}" if unit else said)

    def _as_date(self, moment: date) -> date:
        return self.local(moment).date() if isinstance(moment, datetime) else moment

    def _say(self, key: str, day: date) -> str:
        return self(
            key,
            weekday=self.names("dates.days")[day.weekday()],
            day=day.day,
            month=self.names("dates.months")[day.month - 1],
            year=day.year,
        )
