"""The digits in the codes of a card: each letter is its place after "-", as two digits.

A long card is spread over several codes, `shc:/1/3/…`; they may be read in any order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sync.cards.refused import Refused

SCHEME = "shc:/"
ONE, PART = 1195, 1191
"""The most letters that fit one code of version 22 (105 × 105), alone or as one of several."""
CODE = re.compile(r"shc:/(?:(\d{1,4})/(\d{1,4})/)?(\d*)", re.ASCII)
FIRST, LAST = ord("-"), ord("z")


def codes_of(jws: str) -> list[str]:
    """The texts of the codes that show this card: one, or several of even length."""
    if len(jws) <= ONE:
        return [SCHEME + digits_of(jws)]
    many = -(-len(jws) // PART)
    size = -(-len(jws) // many)
    parts = [jws[start : start + size] for start in range(0, len(jws), size)]
    return [f"{SCHEME}{place}/{len(parts)}/{digits_of(part)}" for place, part in enumerate(parts, 1)]


def digits_of(text: str) -> str:
    """Two digits for each letter. Letters of a JWS only."""
    return "".join(f"{ord(letter) - FIRST:02d}" for letter in text)


def letters_of(digits: str) -> str | None:
    """The letters of these digits; None where they are none: an odd number, or a letter beyond "z"."""
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    if not digits or len(digits) % 2 or max(pairs) > LAST - FIRST:
        return None
    return "".join(chr(FIRST + pair) for pair in pairs)


def join(codes: Sequence[str]) -> str | Refused:
    """The card of these codes, in any order; the same code may come twice."""
    found = [CODE.fullmatch(code) for code in codes]
    if not all(found):
        return Refused("digits" if all(CODE.match(code) for code in codes) else "header_code")
    parts: dict[tuple[int, int], str] = {}
    for match in found:
        place, many, digits = match.groups() if match else (None, None, "")
        letters = letters_of(digits)
        if letters is None:
            return Refused("digits")
        at = (int(place), int(many)) if place and many else (1, 1)
        if parts.setdefault(at, letters) != letters:
            return Refused("chunk_numbers")
    return _together(parts)


def _together(parts: dict[tuple[int, int], str]) -> str | Refused:
    many = {of for _, of in parts}
    of = max(many)
    if len(many) != 1 or not all(1 <= place <= of for place, _ in parts):
        return Refused("chunk_numbers")
    if len(parts) < of:
        return Refused("missing_parts", len(parts), of)
    return "".join(parts[place, of] for place in range(1, of + 1))
