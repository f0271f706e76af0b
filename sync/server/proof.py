"""Proof of possession (RFC 9449, DPoP): every request is signed by the key that enrolled, with its body (`bh`).

Freshness comes from the server's nonce, never from the device's clock: a tablet that believes it is 1970 may
still speak. The nonce is a keyed hash of the current window, so nodes need no shared table for it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from sync.server.denials import Deny
from sync.server.keys import Keys, b64

ALGORITHMS = ["Ed25519", "EdDSA"]
WINDOW = 300
LONGEST = 4000
REMEMBERED = 20_000


@dataclass(frozen=True)
class Asked:
    """The request a proof must be about."""

    method: str
    url: str
    proof: str = ""
    token: str | None = None
    body: bytes = b""


class Proofs:
    """Checks proofs and remembers those it has seen. Per node is enough: every write is idempotent."""

    def __init__(self, keys: Keys, seconds: Callable[[], float]) -> None:
        self.keys, self.seconds = keys, seconds
        self._seen: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def nonce(self, back: int = 0) -> str:
        """The nonce of this window, or of one before it."""
        return b64(self.keys.mac(f"nonce{int(self.seconds() // WINDOW) - back}")[:12])

    def check(self, asked: Asked) -> str:
        """The thumbprint of the key that signed this very request."""
        key, claims = _opened(asked.proof)
        if claims.get("htm") != asked.method or claims.get("htu") != asked.url:
            raise Deny(401, "invalid_dpop_proof")
        if not self._fresh(claims.get("nonce")):
            raise Deny(401, "use_dpop_nonce")
        if claims.get("bh") != _hashed(asked.body):
            raise Deny(401, "invalid_dpop_proof")
        if asked.token is not None and claims.get("ath") != _hashed(asked.token.encode()):
            raise Deny(401, "invalid_dpop_proof")
        thumb: str = key.thumbprint()
        self._once(thumb, claims.get("jti"))
        return thumb

    def _fresh(self, nonce: Any) -> bool:
        if not isinstance(nonce, str):
            return False
        try:
            sent = nonce.encode()
        except UnicodeEncodeError:
            return False
        return any(hmac.compare_digest(sent, self.nonce(back).encode()) for back in (0, 1))

    def _once(self, thumb: str, jti: Any) -> None:
        if not isinstance(jti, str) or not 8 <= len(jti) <= 64:
            raise Deny(401, "invalid_dpop_proof")
        now = self.seconds()
        with self._lock:
            if len(self._seen) > REMEMBERED:
                self._seen = {one: until for one, until in self._seen.items() if until > now}
            if self._seen.get((thumb, jti), 0) > now:
                raise Deny(401, "replayed")
            self._seen[thumb, jti] = now + 2 * WINDOW


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


def _hashed(said: bytes) -> str:
    return b64(hashlib.sha256(said).digest())
