"""Reads the keys of those who sign cards, from the files in which they are passed on.

Three kinds of file: a list of issuers (`{"issuers": [{"iss", "name", "keys", "revoked"}]}`, ours), a snapshot of a
trust network (`{"issuerInfo": [{"issuer": {"iss", "name"}, "keys", "crls"}]}`), and what an issuer publishes: a JWKS
(RFC 7517, whose address and name somebody must say) or a list of revoked cards (`{"kid", "rids"}`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sync.models import IssuerKeys, RevokedCards, derive_id

if TYPE_CHECKING:
    from joserfc.jwk import ECKey

MAX_BYTES = 64 << 20
PARTS = ("kty", "kid", "use", "alg", "crv", "x", "y")
Fields = dict[str, Any]


class BadIssuers(Exception):
    """What is wrong with a file of keys, in a sentence without its values."""


@dataclass(frozen=True)
class Read:
    """What a file held: whole issuers, lists of revoked cards by themselves, and keys that are none, by issuer."""

    issuers: tuple[IssuerKeys, ...] = ()
    revoked: tuple[RevokedCards, ...] = ()
    left_out: tuple[str, ...] = ()


def read_issuers(data: bytes, iss: str = "", name: str = "") -> Read:
    """Everything in one file. `iss` and `name` say whose keys a bare JWKS holds. Raises BadIssuers.

    Keys that break the rules, and issuers without any other, are left out and told of; a file with nothing else is bad.
    """
    if len(data) > MAX_BYTES:
        raise BadIssuers("it is larger than 64 MiB")
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        raise BadIssuers("it is no JSON") from None
    if not isinstance(fields, dict):
        raise BadIssuers("it is no list of issuers")
    if "rids" in fields:
        return Read(revoked=(_revoked(fields),))
    found: list[IssuerKeys] = []
    left: list[str] = []
    for one in _listed(fields, iss, name):
        try:
            found.append(_issuer(*one, left))
        except BadIssuers as wrong:
            left.append(str(wrong))
    if not found:
        raise BadIssuers(left[0] if left else "it names no issuer")
    return Read(tuple(found), (), tuple(left))


def _listed(fields: Fields, iss: str, name: str) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Address, name, keys and lists of revoked cards of each issuer, as given."""
    if isinstance(fields.get("issuers"), list):
        for one in _dicts(fields["issuers"]):
            yield one.get("iss"), one.get("name"), one.get("keys"), one.get("revoked")
    elif isinstance(fields.get("issuerInfo"), list):
        for one in _dicts(fields["issuerInfo"]):
            for who in _dicts([one.get("issuer")]):
                yield who.get("iss"), who.get("name"), one.get("keys"), one.get("crls")
    elif isinstance(fields.get("keys"), list):
        if not iss or not name:
            raise BadIssuers("it holds bare keys: say whose they are with --iss and --name")
        yield iss, name, fields["keys"], None
    else:
        raise BadIssuers("it is no list of issuers")


def _issuer(iss: Any, name: Any, keys: Any, lists: Any, left: list[str]) -> IssuerKeys:
    """An issuer with the keys that hold; what is wrong with the others goes to `left`. Raises BadIssuers."""
    named = iss if isinstance(iss, str) and iss else "an issuer"
    checked = [(key, what_is_wrong(key)) for key in _dicts(keys)]
    wrong = [f"{named} has {why}" for _, why in checked if why]
    if len(wrong) == len(checked):
        raise BadIssuers(wrong[0] if wrong else f"{named} has no key")
    sound = [{part: key[part] for part in PARTS} for key, why in checked if not why]
    lists = [_revoked(one) for one in _dicts(lists)]
    id = derive_id("issuer-keys", named)
    try:
        made = IssuerKeys.model_validate(
            {"id": id, "iss": iss, "name": name, "keys": sound, "revoked": lists}
        )
    except ValidationError as error:
        raise BadIssuers(f"{named} has no sound {error.errors()[0]['loc'][0]}") from None
    left += wrong
    return made


def what_is_wrong(key: Fields) -> str:
    """Why this is no key for cards, or nothing."""
    if "d" in key:
        return "a private key, which must never be passed on"
    if (key.get("kty"), key.get("crv"), key.get("use"), key.get("alg")) != ("EC", "P-256", "sig", "ES256"):
        return "a key that is not for signing with ES256"
    return "" if public_key(key) else "a key whose kid is not its thumbprint"


def public_key(key: Fields) -> ECKey | None:
    """The public key, if it is one on P-256 and its kid is its own thumbprint (RFC 7638)."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    try:
        made = ECKey.import_key({part: key[part] for part in ("kty", "crv", "x", "y")})
        return made if made.curve_name == "P-256" and made.thumbprint() == key.get("kid") else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _revoked(fields: Fields) -> RevokedCards:
    """A list of revoked cards; only the way this standard names them is understood."""
    rids = fields.get("rids")
    if fields.get("method", "rid") != "rid" or not isinstance(rids, list):
        raise BadIssuers("it holds a list of revoked cards in a way that is not known here")
    try:
        return RevokedCards(kid=fields.get("kid", ""), rids=rids)
    except ValidationError:
        raise BadIssuers("its list of revoked cards is not one") from None


def _dicts(value: Any) -> Iterator[Fields]:
    yield from (one for one in (value if isinstance(value, list) else []) if isinstance(one, dict))
