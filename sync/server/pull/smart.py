"""SMART Backend Services: a token for the clinic's own system, for a key that never leaves this computer.

`.well-known/smart-configuration` names the token endpoint; there a signed statement (RFC 7523, RS384 or ES384) is
exchanged for a token (https://hl7.org/fhir/smart-app-launch/backend-services.html). Neither is ever shown or kept.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from sync.server.errors import BadKey, NoSmart, NoToken, PlainHttp
from sync.server.pull.address import encrypted, shown
from sync.server.pull.peer import Peer
from sync.server.pull.stops import Stop

WELL_KNOWN = "/.well-known/smart-configuration"
KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JSON = "application/json"
LIFE, EARLY, UNSAID = 240, 30.0, 120.0
"""Seconds: a statement counts so long, a token is renewed so long before its end, and lives so long if it says not."""
SMALLEST_RSA, MOST_BYTES = 2048, 1 << 20


@dataclass(frozen=True)
class Client:
    """Who asks: the id under which the server knows this clinic, its key, and what it asks for."""

    id: str
    key: Any = field(repr=False)
    algorithm: str
    kid: str
    scopes: Sequence[str] = ()

    def statement(self, audience: str, now: float) -> str:
        """Who I am, signed, for this endpoint, once, and for four minutes."""
        from joserfc import jwt

        head = {"alg": self.algorithm, "kid": self.kid, "typ": "JWT"}
        claims = {"iss": self.id, "sub": self.id, "aud": audience, "jti": secrets.token_urlsafe(24)}
        when = {"iat": int(now), "exp": int(now) + LIFE}
        return str(jwt.encode(head, claims | when, self.key, algorithms=[self.algorithm]))


def read_client(id: str, text: bytes, source: str, scopes: Sequence[str] = ()) -> Client:
    """A client with the private key in this text, a JWK or PEM. `source` says where it is from. Raises BadKey."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    try:
        said = json.loads(text) if text.lstrip().startswith(b"{") else text
        is_ec = said.get("kty") == "EC" if isinstance(said, dict) else _is_ec(said)
        key = (ECKey if is_ec else RSAKey).import_key(said)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BadKey(source) from None
    fits = key.curve_name == "P-384" if is_ec else key.raw_value.key_size >= SMALLEST_RSA
    if not key.is_private or not fits:
        raise BadKey(source)
    named = said.get("kid") if isinstance(said, dict) else None
    return Client(id, key, "ES384" if is_ec else "RS384", str(named or key.thumbprint()), tuple(scopes))


def _is_ec(pem: bytes) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return isinstance(load_pem_private_key(pem, None), EllipticCurvePrivateKey)
    except UnsupportedAlgorithm:
        raise ValueError from None


class Tokens:
    """Gives a token that is good for now: the same one until shortly before its end, then a new one."""

    def __init__(
        self, client: Client, peer: Peer, insecure: bool = False, now: Callable[[], float] = time.time
    ) -> None:
        self.client, self.peer, self.insecure, self.now = client, peer, insecure, now
        self._token, self._until = "", 0.0
        self._found: dict[str, Any] | None = None

    def token(self) -> str:
        """The token for the next request. Raises NoSmart, NoToken."""
        if not self._token or self.now() >= self._until:
            self._token, lives = self._ask()
            self._until = self.now() + max(lives - EARLY, lives / 2)
        return self._token

    def forget(self) -> None:
        """It was not taken: the next request gets a new one."""
        self._token = ""

    def _ask(self) -> tuple[str, float]:
        where = self._endpoint()
        said = {
            "grant_type": "client_credentials",
            "scope": " ".join(self.client.scopes or self._usual()),
            "client_assertion_type": KIND,
            "client_assertion": self.client.statement(where, self.now()),
        }
        status, body = self._post(where, said)
        return _read(where, status, body)

    def _post(self, where: str, said: dict[str, str]) -> tuple[int, bytes]:
        try:
            with self.peer.client.stream("POST", where, data=said, headers={"accept": JSON}) as response:
                return response.status_code, _some(response)
        except (httpx.TransportError, httpx.InvalidURL, httpx.DecodingError) as error:
            raise NoToken(shown(where), type(error).__name__) from None

    def _endpoint(self) -> str:
        """Where tokens are given: over TLS, unless the server itself is asked without."""
        where = str(self._smart()["token_endpoint"])
        if self.peer.bounds.base.startswith("https:") and not where.startswith("https://"):
            raise PlainHttp(shown(where))
        return encrypted(where, self.insecure)

    def _usual(self) -> list[str]:
        """Read and search everything, in the words of the version this server speaks."""
        able = self._smart().get("capabilities")
        new = isinstance(able, list) and "permission-v2" in able
        return ["system/*.rs" if new else "system/*.read"]

    def _smart(self) -> dict[str, Any]:
        if self._found is None:
            self._found = self._discovered()
        return self._found

    def _discovered(self) -> dict[str, Any]:
        base = self.peer.bounds.base
        try:
            found = msgspec.json.decode(self.peer.get(base + WELL_KNOWN).body)
        except (Stop, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise NoSmart(base, str(error) if isinstance(error, Stop) else "its answer is no JSON") from None
        if not isinstance(found, dict) or not isinstance(found.get("token_endpoint"), str):
            raise NoSmart(base, "it names no token endpoint")
        for name, need in (
            ("token_endpoint_auth_methods_supported", "private_key_jwt"),
            ("token_endpoint_auth_signing_alg_values_supported", self.client.algorithm),
        ):
            able = found.get(name)
            if isinstance(able, list) and need not in able:
                raise NoSmart(base, f"it does not take {need}")
        return found


def _some(response: httpx.Response) -> bytes:
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            break
    return bytes(body[:MOST_BYTES])


def _read(where: str, status: int, body: bytes) -> tuple[str, float]:
    """The token in an answer, and how many seconds it lives. Of a refusal only its code is repeated."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = None
    said = said if isinstance(said, dict) else {}
    token, kind, lives = said.get("access_token"), said.get("token_type"), said.get("expires_in")
    if status == 200 and isinstance(token, str) and token.isascii() and token.isprintable() and token:
        if isinstance(kind, str) and kind.lower() == "bearer":
            return token, _seconds(lives)
        raise NoToken(shown(where), "its kind is not Bearer")
    code = said.get("error")
    fits = isinstance(code, str) and code.isascii() and code.replace("_", "").isalpha() and len(code) < 40
    raise NoToken(shown(where), str(code) if fits else f"status {status}")


def _seconds(said: Any) -> float:
    return (
        float(said) if isinstance(said, int | float) and not isinstance(said, bool) and said > 0 else UNSAID
    )
