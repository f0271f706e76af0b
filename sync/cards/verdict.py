"""Whether a card counts: who signed it, whether we could check that, and whether it still stands.

Keys come from what is at hand (`issuers`), never from the network and never from the card itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sync.cards.card import Card
from sync.cards.issuers import public_key
from sync.models import IssuerKeys

if TYPE_CHECKING:
    from joserfc.jwk import ECKey


class Outcome(StrEnum):
    """What checking a card came to. Only VERIFIED may be called verified."""

    VERIFIED = "verified"
    UNKNOWN_ISSUER = "unknown_issuer"  # nobody here knows who that is: the signature could not be checked
    UNKNOWN_KEY = "unknown_key"  # we know them, and not the key that it names
    OTHER_ISSUER = "other_issuer"  # the signature fits a key, but that is somebody else's
    WRONG_SIGNATURE = "wrong_signature"  # changed since it was signed, or damaged, or forged
    REVOKED = "revoked"
    NOT_YET = "not_yet"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Verdict:
    """The outcome, and the name of the issuer where the clinic's list has them under the address on the card."""

    outcome: Outcome
    name: str = ""

    @property
    def is_verified(self) -> bool:
        """May it be called verified?"""
        return self.outcome is Outcome.VERIFIED


def verify(card: Card, issuers: Sequence[IssuerKeys], now: datetime) -> Verdict:
    """Check a card against the issuers at hand, at this moment. The first of two with one address counts."""
    issuer = next((one for one in issuers if one.iss == card.iss), None)
    name = issuer.name if issuer else ""
    key = _key_of([issuer] if issuer else [], card.kid)
    others = _key_of(issuers, card.kid) if key is None else None
    used = key or others
    if used is None:
        return Verdict(Outcome.UNKNOWN_KEY if issuer else Outcome.UNKNOWN_ISSUER, name)
    if not _fits(card.jws, used):
        return Verdict(Outcome.WRONG_SIGNATURE, name)
    if key is None or issuer is None:
        return Verdict(Outcome.OTHER_ISSUER, name)
    return Verdict(_standing(card, issuer, now.timestamp()), name)


def _standing(card: Card, issuer: IssuerKeys, now: float) -> Outcome:
    if _is_revoked(card, issuer):
        return Outcome.REVOKED
    if card.issued > now:
        return Outcome.NOT_YET
    return Outcome.EXPIRED if card.expires is not None and card.expires <= now else Outcome.VERIFIED


def _is_revoked(card: Card, issuer: IssuerKeys) -> bool:
    if not card.rid:
        return False
    listed = (rid for one in issuer.revoked if one.kid == card.kid for rid in one.rids)
    for rid in listed:
        named, dot, before = rid.partition(".")
        if named == card.rid and (not dot or not before.isdecimal() or card.issued < int(before)):
            return True
    return False


def _key_of(issuers: Iterable[IssuerKeys], kid: str) -> ECKey | None:
    """The key with this thumbprint, where one of them has it."""
    named = (key for one in issuers for key in one.keys if key.get("kid") == kid)
    return next((made for made in map(public_key, named) if made is not None), None)


def _fits(jws: str, key: ECKey) -> bool:
    """Is this the signature of that key over this text? ES256 and nothing else, whatever the header says."""
    from joserfc import jws as signing
    from joserfc.errors import JoseError

    registry = signing.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    try:
        signing.deserialize_compact(jws, key, registry=registry)
    except (JoseError, ValueError):
        return False
    return True
