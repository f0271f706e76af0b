"""The digits of the codes: every text of a card comes back as it was, in any order, and nothing else gets in."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.cards.numeric import ONE, PART, codes_of, digits_of, join, letters_of
from sync.cards.refused import Refused
from sync.cards.texts import cards_in

LETTERS = string.ascii_letters + string.digits + "-_."
TEXTS = st.text(LETTERS, min_size=1, max_size=3 * PART)


@given(TEXTS)
def test_digits_become_the_letters_they_were(text: str) -> None:
    digits = digits_of(text)
    assert len(digits) == 2 * len(text) and digits.isdecimal() and letters_of(digits) == text


@given(TEXTS, st.randoms())
def test_codes_in_any_order_give_back_the_text(text: str, luck: object) -> None:
    codes = codes_of(text)
    luck.shuffle(codes)  # type: ignore[attr-defined]
    assert join(codes) == text
    assert all(len(code.rpartition("/")[2]) <= 2 * ONE for code in codes)
    if len(codes) > 1:
        assert join(codes[1:]) == Refused("missing_parts", len(codes) - 1, len(codes))


@given(st.integers(ONE + 1, 20_000))
def test_parts_are_of_even_length_and_none_is_too_long(length: int) -> None:
    sizes = [len(code.rpartition("/")[2]) // 2 for code in codes_of("a" * length)]
    assert sum(sizes) == length and max(sizes) <= PART and max(sizes) - min(sizes) < len(sizes)


@given(st.text(string.digits, max_size=400))
def test_digits_that_are_no_letters_are_told(digits: str) -> None:
    letters = letters_of(digits)
    assert letters is None or digits_of(letters) == digits


@given(st.one_of(st.text(), st.binary(), st.text("shc:/0123456789 \n", max_size=80).map("shc:/".__add__)))
def test_nothing_that_is_pasted_makes_it_fail(brought: str | bytes) -> None:
    found = cards_in(brought)
    assert len(found) == 1 and isinstance(found[0], str | Refused)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("shc:/", "digits"),
        ("shc:/5", "digits"),
        ("shc:/56x7", "digits"),
        ("shc:/78", "digits"),  # the letter after "z"
        ("shc:5676", "header_code"),
        ("shc:/0/1/56", "chunk_numbers"),
        ("shc:/2/1/56", "chunk_numbers"),
        ("shc:/1/2/56 shc:/1/3/56", "chunk_numbers"),
        ("shc:/1/2/56 shc:/1/2/57", "chunk_numbers"),
        ("shc:/1/2/56 hello", "header_code"),
        ("shc:/٥٦", "digits"),
    ],
)
def test_what_is_wrong_with_a_code_is_named(code: str, why: str) -> None:
    (found,) = cards_in(code)
    assert isinstance(found, Refused) and found.why == why


def test_capitals_of_a_scanner_do_not_matter() -> None:
    (code,) = codes_of("a.b.c")
    assert cards_in(code.replace("shc", "SHC")) == ["a.b.c"]
