"""Activation codes: printed by the clinic, typed or scanned once, worthless to others afterwards.

Four characters find the row, thirteen (65 bits) prove it. Only an Argon2id hash of the proof is stored. The key
that used a code may use it again while it lives: the first answer may have been lost on its way.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import argon2
import sqlalchemy as sa

from sync.server.database import Database
from sync.server.denials import Deny
from sync.server.tables import code

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOCATOR, SECRET = 4, 13
DAYS = 7
TRIES = 10


def tidy(typed: str) -> str:
    """What people type: lower case, spaces, dashes, O for 0, I and L for 1."""
    return "".join(typed.upper().translate(str.maketrans("OIL", "011", "-–— ")).split())


class Codes:
    """Issues and proves activation codes."""

    def __init__(self, database: Database, hasher: argon2.PasswordHasher) -> None:
        self.database, self.hasher = database, hasher
        self._dummy = ""

    def issue(self, patient: str, now: datetime) -> tuple[str, datetime]:
        """A new code for a patient, and when it expires."""
        locator, proof = _random(LOCATOR), _random(SECRET)
        expires = now + timedelta(days=DAYS)
        made = {
            "locator": locator, "secret": self.hasher.hash(proof), "patient": patient,
            "expires_ms": _ms(expires), "tries": 0,
        }  # fmt: skip
        with self.database.directory(write=True) as connection:
            connection.execute(sa.delete(code).where(code.c.expires_ms < _ms(now)))
            connection.execute(sa.insert(code), made)
        return "-".join((locator, proof[:4], proof[4:8], proof[8:])), expires

    def prove(self, typed: str, thumb: str, now: datetime) -> tuple[str, str]:
        """Locator and patient of a code that is right for this key. Unknown and wrong look and last the same.

        Costly on purpose: call it in few places at once.
        """
        clean = tidy(typed)[:64]
        found = self._try(clean[:LOCATOR], thumb, now)
        right = self._verify(found.secret if found else self._unknown(), clean[LOCATOR:])
        if found is None or not right:
            raise Deny(403, "bad_code")
        return found.locator, found.patient

    def _try(self, locator: str, thumb: str, now: datetime) -> sa.Row[tuple[str, str, str]] | None:
        """Take one try in one statement: nothing depends on reading first and writing later."""
        if not locator.isascii() or not locator.isalnum():
            return None
        take = (
            sa.update(code)
            .where(code.c.locator == locator, code.c.expires_ms > _ms(now))
            .where(sa.or_(sa.and_(code.c.used_ms.is_(None), code.c.tries < TRIES), code.c.used_by == thumb))
            .values(tries=code.c.tries + 1)
            .returning(code.c.locator, code.c.secret, code.c.patient)
        )
        with self.database.directory(write=True) as connection:
            return connection.execute(take).first()

    def _verify(self, hashed: str, proof: str) -> bool:
        try:
            return self.hasher.verify(hashed, proof)
        except argon2.exceptions.VerificationError:
            return False

    def _unknown(self) -> str:
        """An unknown code must cost what a wrong one costs."""
        if not self._dummy:
            self._dummy = self.hasher.hash(_random(SECRET))
        return self._dummy


def spend(connection: sa.Connection, locator: str, thumb: str, now: datetime) -> bool:
    """Use the code up, inside the transaction that makes the device. False when this key did so before."""
    mine = code.c.locator == locator
    used = sa.update(code).where(mine, code.c.used_ms.is_(None)).values(used_ms=_ms(now), used_by=thumb)
    if connection.execute(used).rowcount == 1:
        return True
    if connection.scalar(sa.select(code.c.used_by).where(mine)) != thumb:
        raise Deny(403, "bad_code")
    return False


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
