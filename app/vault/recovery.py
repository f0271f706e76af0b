"""The recovery code: 140 random bits to write down, shown once. It opens the record when all else is lost."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS, GROUP = 28, 4


def make_code() -> str:
    """A new code, in groups of four. No letter looks like a number in it."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(SIGNS))
    return "-".join(signs[n : n + GROUP] for n in range(0, SIGNS, GROUP))


def tidy(code: str) -> str:
    """What people type: small letters, spaces, dashes, O for 0, I and L for 1."""
    return "".join(code.upper().translate(str.maketrans("OIL", "011", "-–— ")).split())
