"""The words: complete in both languages, and said as people say them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.ui.failures import FAILURES, UNEXPECTED
from app.ui.strings import HOLE, MissingWord, Words, load_words

NOW = datetime(2026, 6, 3, 13, 12, tzinfo=UTC)


def say(language: str = "en") -> Words:
    return Words(language, lambda: NOW, ZoneInfo("America/New_York"))


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}".strip("."))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from leaves(value, f"{path}[{index}]")
    else:
        yield path, node


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    english, spanish = (dict(leaves(load_words(language))) for language in ("en", "es"))
    assert english.keys() == spanish.keys()
    uneven = {
        k
        for k in english
        if set(HOLE.findall(english[k])) - {"count"} != set(HOLE.findall(spanish[k])) - {"count"}
    }
    assert uneven == set()


def test_plurals_have_one_and_other() -> None:
    paths = [path for path, _ in leaves(load_words("en")) if path.endswith(".one")]
    assert paths
    for language in ("en", "es"):
        words = dict(leaves(load_words(language)))
        assert all(path.removesuffix("one") + "other" in words for path in paths)


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_shouts_or_blames(language: str) -> None:
    for path, text in leaves(load_words(language)):
        assert "!" not in text and "¡" not in text, path
        assert not re.search(r"\b(oops|ups|streak|failed)\b", text, re.I), path
        assert text.strip() == text and text, path


def test_every_failure_has_words() -> None:
    for key, _, names in [*FAILURES.values(), UNEXPECTED]:
        for language in ("en", "es"):
            assert say(language)(key, **dict.fromkeys(names, "5"))


def test_counts_choose_the_plural() -> None:
    assert say()("status.waiting", count=1) == "1 thing waiting"
    assert say()("status.waiting", count=3) == "3 things waiting"
    assert say("es")("status.waiting", count=1) == "1 cosa en espera"


def test_a_missing_word_fails_a_test_and_falls_back_for_a_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingWord):
        say("es")("no.such.word")
    with pytest.raises(MissingWord):
        say()("person.born")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    assert say("es")("no.such.word") == "no.such.word"


def test_dates_are_in_words() -> None:
    assert say().date(date(2026, 6, 3)) == "Wed 3 June 2026"
    assert say("es").date(date(2026, 6, 3)) == "mié 3 de junio de 2026"
    assert say().day(NOW) == "Today"
    assert say().day(date(2026, 6, 9)) == "Tue 9 June"
    assert say().time(NOW) == "9:12"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 6, 3), "Today"),
        (date(2026, 6, 2), "Yesterday"),
        (date(2026, 6, 4), "Tomorrow"),
        (date(2026, 6, 1), "This week"),
        (date(2026, 5, 29), "Last week"),
        (date(2026, 6, 10), "Next week"),
        (date(2026, 3, 29), "March 2026"),
    ],
)
def test_headings_of_a_list(day: date, said: str) -> None:
    assert say().heading(day) == said


def test_a_late_evening_belongs_to_the_day_of_the_patient() -> None:
    assert say().day(datetime(2026, 6, 4, 2, 0, tzinfo=UTC)) == "Today"


def test_numbers_keep_their_unit() -> None:
    assert say().number(7.20) == "7.2"
    assert say().number(1250) == "1,250"
    assert say().number(100) == "100"
    assert say().quantity(7.2, "%") == "\u20667.2\u00a0%\u2069"
