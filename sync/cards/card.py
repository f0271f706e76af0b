"""Opens a card: the header of its JWS, its unpacked payload, and the FHIR bundle inside. It looks at no signature.

Whoever made the text is unknown and may mean harm: nothing is unpacked beyond a bound, nothing is trusted to be there,
and nothing in the header chooses how the signature is checked.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from sync.cards.refused import Refused
from sync.fhir.shape import dicts
from sync.models.card import MAX_JWS

MAX_HEADER, MAX_PAYLOAD = 512, 2 << 20
LAST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
HEALTH_CARD = "https://smarthealth.cards#health-card"
Fields = dict[str, Any]


@dataclass(frozen=True)
class Card:
    """An opened card. `iss` is the address of who says they issued it, `kid` the thumbprint of the key they name.

    `issued` and `expires` are seconds since 1970, as the card says them; `rid` is the name in lists of revoked cards.
    """

    jws: str = field(repr=False)
    iss: str
    kid: str
    issued: float
    expires: float | None
    rid: str
    types: tuple[str, ...]
    resources: tuple[Fields, ...] = field(repr=False)

    @property
    def issued_at(self) -> datetime:
        """When it was issued."""
        return datetime.fromtimestamp(self.issued, UTC)

    @property
    def expires_at(self) -> datetime | None:
        """When it stops to count; most cards never do."""
        return None if self.expires is None else datetime.fromtimestamp(self.expires, UTC)


class _Wrong(Exception):
    """Some rule of a card is broken: its word."""


def open_card(jws: str) -> Card | Refused:
    """The card of a compact JWS, or why it is none."""
    try:
        return _open(jws)
    except _Wrong as wrong:
        return Refused(str(wrong))


def _open(jws: str) -> Card:
    if len(jws) > MAX_JWS:
        raise _Wrong("too_long")
    parts = jws.split(".")
    if len(parts) != 3:
        raise _Wrong("form")
    header = _object(_bytes(parts[0], "form"), "form") if len(parts[0]) <= MAX_HEADER else {}
    kid = _header(header)
    payload = _object(_unpack(_bytes(parts[1], "form")), "payload")
    if len(_bytes(parts[2], "signature_form")) != 64:
        raise _Wrong("signature_form")
    credential = _dict(payload.get("vc"), "type")
    types = _types(credential.get("type"))
    return Card(
        jws=jws,
        iss=_issuer(payload.get("iss")),
        kid=kid,
        issued=_seconds(payload.get("nbf"), "nbf"),
        expires=None if payload.get("exp") is None else _seconds(payload["exp"], "exp"),
        rid=_text(credential.get("rid")),
        types=types,
        resources=tuple(_resources(_dict(credential.get("credentialSubject"), "bundle"))),
    )


def _header(header: Fields) -> str:
    """The rules of the header, and the key it names."""
    if header.get("alg") != "ES256":
        raise _Wrong("alg")
    if header.get("zip") != "DEF" or "crit" in header:
        raise _Wrong("zip" if header.get("zip") != "DEF" else "form")
    kid = _text(header.get("kid"))
    if not 1 <= len(kid) <= 64:
        raise _Wrong("kid")
    return kid


def _bytes(part: str, why: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _Wrong(why) from None


def _unpack(packed: bytes) -> bytes:
    """Raw DEFLATE (RFC 1951), never more than the bound in memory."""
    opened = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        found = opened.decompress(packed, MAX_PAYLOAD + 1)
    except zlib.error:
        raise _Wrong("deflate") from None
    if len(found) > MAX_PAYLOAD:
        raise _Wrong("bomb")
    if not opened.eof or opened.unused_data:
        raise _Wrong("deflate")
    return found


def _object(said: bytes, why: str) -> Fields:
    try:
        return _dict(json.loads(said.decode(), parse_float=Decimal, parse_constant=_refuse), why)
    except (ValueError, RecursionError):
        raise _Wrong(why) from None


def _refuse(_constant: str) -> None:
    raise ValueError


def _dict(value: Any, why: str) -> Fields:
    if not isinstance(value, dict):
        raise _Wrong(why)
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _seconds(value: Any, why: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -LAST < value < LAST:
        raise _Wrong(why)
    seconds = float(value)
    if not math.isfinite(seconds) or seconds < 0:
        raise _Wrong(why)
    return seconds


def _issuer(value: Any) -> str:
    """An https address without a slash at its end."""
    said = _text(value)
    try:
        parts = urlsplit(said)
        fits = parts.scheme == "https" and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        fits = False
    if not fits or said.endswith("/") or not said.isprintable() or " " in said or len(said) > 500:
        raise _Wrong("issuer")
    return said


def _types(value: Any) -> tuple[str, ...]:
    types = tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
    if HEALTH_CARD not in types:
        raise _Wrong("type")
    return types


def _resources(subject: Fields) -> Iterator[Fields]:
    """The resources of the bundle, in its order."""
    bundle = _dict(subject.get("fhirBundle"), "bundle")
    listed = bundle.get("entry")
    known = _text(subject.get("fhirVersion")).startswith("4.") and bundle.get("resourceType") == "Bundle"
    if not known or not isinstance(listed, list) or not listed:
        raise _Wrong("bundle")
    for entry in listed:
        resource = _dict(_dict(entry, "bundle").get("resource"), "bundle")
        if not _text(resource.get("resourceType")):
            raise _Wrong("bundle")
        _check_metadata(resource)
        yield resource


def _check_metadata(resource: Fields) -> None:
    """A card may say of a resource how sure its issuer is of the person (`meta.security`), and nothing else."""
    if "meta" in resource and any(set(meta) != {"security"} for meta in dicts(resource["meta"])):
        raise _Wrong("metadata")
