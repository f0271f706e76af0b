"""The device's key and its proofs of possession (DPoP, RFC 9449, with Ed25519).

There is no refresh token: the device key asks for a short token whenever one is needed. Freshness comes from the
server's nonce, so a device whose clock says 1970 works too.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Credentials:
    """What a device needs to speak with its clinic. Kept in the encrypted store; `token` and `nonce` come and go.

    `wipe_key` is pinned: the first that the clinic gave stays, and only what it signed can erase the record.
    """

    server: str
    jwk: dict[str, Any] = field(repr=False)
    device: str = ""
    token: str = field(default="", repr=False)
    nonce: str = field(default="", repr=False)
    wipe_key: str = ""


def make_jwk() -> dict[str, Any]:
    """A new Ed25519 device key, as a private JWK."""
    from joserfc.jwk import OKPKey

    return dict(OKPKey.generate_key("Ed25519").as_dict(private=True))


def thumbprint(jwk: dict[str, Any]) -> str:
    """The name of a device key (RFC 7638), as the clinic knows it."""
    from joserfc.jwk import OKPKey

    return str(OKPKey.import_key(jwk).thumbprint())


def prove(credentials: Credentials, method: str, path: str, body: bytes, token: str = "") -> str:
    """A proof for one request: `htu` is the address without query, `bh` binds the body, `ath` the token."""
    from joserfc import jws
    from joserfc.jwk import OKPKey

    key = OKPKey.import_key(credentials.jwk)
    header = {"typ": "dpop+jwt", "alg": "Ed25519", "jwk": key.as_dict(private=False)}
    claims: dict[str, Any] = {
        "jti": secrets.token_urlsafe(12),
        "htm": method,
        "htu": credentials.server.rstrip("/") + path,
        "nonce": credentials.nonce,
        "bh": fingerprint(body),
    }
    if token:
        claims["ath"] = fingerprint(token.encode())
    payload = json.dumps(claims, separators=(",", ":")).encode()
    signed: str = jws.serialize_compact(header, payload, key, algorithms=["Ed25519"])
    return signed


def fingerprint(data: bytes) -> str:
    """SHA-256, in the letters of a proof."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
