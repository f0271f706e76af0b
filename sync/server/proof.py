"""Proof of possession (RFC 9449, DPoP): every request is signed by the key that enrolled, with its body (`bh`).

Freshness comes from the server's nonce, never from the device's clock: a tablet that believes it is 1970 may
still speak. The nonce is a keyed hash of the current window, so nodes need no shared table for it; which proofs were
seen they do share (`replays`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from sync.server.denials import Deny
from sync.server.keys import Keys, b64
from sync.server.replays import WINDOW, Replays, mark_of

ALGORITHMS = ["Ed25519", "EdDSA"]
LONGEST = 4000


@dataclass(frozen=True)
class Asked:
    """The request a proof must be about. A body of None is one that was not read yet: see `Proven.binds`."""

    method: str
    url: str
    proof: str = ""
    token: str | None = None
    body: bytes | None = b""


@dataclass(frozen=True)
class Proven:
    """What a good proof says: whose key signed, which body it is about, and the mark that makes it good once."""

    thumb: str
    body_hash: Any
    jti: str
    window: int

    def binds(self, body: bytes) -> None:
        """Raises Deny unless the proof is about this body."""
        if self.body_hash != _hashed(body):
            raise Deny(401, "invalid_dpop_proof")


class Proofs:
    """Checks proofs, and has those of known devices remembered: none counts twice, on any node."""

    def __init__(self, keys: Keys, seconds: Callable[[], float], replays: Replays) -> None:
        self.keys, self.seconds, self.replays = keys, seconds, replays

    def nonce(self) -> str:
        """The nonce of this window."""
        return self._nonce_of(self._window())

    def check(self, asked: Asked) -> Proven:
        """The key that signed this very request. Who is let in by it must also be asked `once`."""
        key, claims = _opened(asked.proof)
        if claims.get("htm") != asked.method or claims.get("htu") != asked.url:
            raise Deny(401, "invalid_dpop_proof")
        window = self._window_of(claims.get("nonce"))
        if window is None:
            raise Deny(401, "use_dpop_nonce")
        if asked.token is not None and claims.get("ath") != _hashed(asked.token.encode()):
            raise Deny(401, "invalid_dpop_proof")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not jti.isascii() or not 8 <= len(jti) <= 64:
            raise Deny(401, "invalid_dpop_proof")
        proven = Proven(key.thumbprint(), claims.get("bh"), jti, window)
        if asked.body is not None:
            proven.binds(asked.body)
        return proven

    def once(self, proven: Proven, connection: sa.Connection) -> None:
        """Raises Deny when this proof was used before. A mark is kept while its nonce is good, and no longer.

        `connection` is of the directory, in the transaction that lets the device in: one commit for both.
        Strangers are never remembered, so they cannot fill the memory: ask this when the key is known.
        """
        if not self.replays.first(mark_of(proven.thumb, proven.jti), self.seconds(), connection):
            raise Deny(401, "replayed")

    def _window(self) -> int:
        return int(self.seconds() // WINDOW)

    def _window_of(self, nonce: Any) -> int | None:
        """The window of this nonce, while it is good; or the next, from a node whose clock is ahead of this one's."""
        if not isinstance(nonce, str) or not nonce.isascii():
            return None
        now = self._window()
        good = [one for one in (now, now - 1, now + 1) if hmac.compare_digest(nonce, self._nonce_of(one))]
        return good[0] if good else None

    def _nonce_of(self, window: int) -> str:
        return b64(self.keys.mac(f"nonce{self.replays.salt}{window}")[:12])


def _opened(proof: str) -> tuple[Any, dict[str, Any]]:
    """The public key in a proof and the claims it signed; only Ed25519, only a public key."""
    try:
        if len(proof) > LONGEST:
            raise ValueError
        head = json.loads(base64.urlsafe_b64decode(proof.split(".")[0] + "=="))
        said = head["jwk"]
        if (head["typ"], said["kty"], said["crv"]) != ("dpop+jwt", "OKP", "Ed25519") or "d" in said:
            raise ValueError
        if head["alg"] not in ALGORITHMS:
            raise ValueError
        key = OKPKey.import_key({name: said[name] for name in ("kty", "crv", "x")})
        claims = jwt.decode(proof, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise Deny(401, "invalid_dpop_proof") from None
    return key, claims


def claimed_thumb(proof: str) -> str | None:
    """The thumbprint of the key that a proof names, unchecked: enough to find who can check it."""
    try:
        if len(proof) > LONGEST:
            return None
        said = json.loads(base64.urlsafe_b64decode(proof.split(".")[0] + "=="))["jwk"]
        return str(OKPKey.import_key({name: said[name] for name in ("kty", "crv", "x")}).thumbprint())
    except (JoseError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _hashed(said: bytes) -> str:
    return b64(hashlib.sha256(said).digest())
