"""What a thief may send with a request, and how the gate must refuse each: forged, stolen, stale and foreign proofs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from house import Phone
from joserfc import jwk, jws

from sync.server.keys import b64

Refused = tuple[int, str]
BAD: Refused = (401, "invalid_dpop_proof")
NO_TOKEN: Refused = (401, "invalid_token")
BIG: Refused = (431, "head_too_big")
STALE: Refused = (401, "use_dpop_nonce")


@dataclass(frozen=True)
class Call:
    """One request that a thief makes: two patients' phones, and what the operation wants."""

    mine: Phone
    theirs: Phone
    method: str
    path: str
    body: bytes
    token: bool

    def proof(self, phone: Phone | None = None, token: str | None = None, **over: Any) -> str:
        by = phone or self.mine
        bearer = (token or by.bearer) if self.token else None
        return by.proof(self.method, self.path, bearer, self.body, **over)

    def headers(self, proof: str, token: str | None = None) -> list[tuple[str, str]]:
        said = [("dpop", proof)]
        return [*said, ("authorization", f"DPoP {token or self.mine.bearer}")] if self.token else said


Forge = Callable[[Call], list[tuple[str, str]]]


def over(**claims: Any) -> Forge:
    return lambda call: call.headers(call.proof(**claims))


def signed(
    head: Callable[[Call], dict[str, Any]], sign: Callable[[Call, bytes], bytes] | None = None
) -> Forge:
    """The true claims under another header, signed by the device's key unless told how."""

    def forge(call: Call) -> list[tuple[str, str]]:
        claims = call.proof().split(".")[1]
        start = f"{b64(json.dumps(head(call)).encode())}.{claims}".encode()
        mark = (sign or by_key)(call, start)
        return call.headers(f"{start.decode()}.{b64(mark)}")

    return forge


def by_key(call: Call, said: bytes) -> bytes:
    return call.mine.key.private_key.sign(said)


def by_public_half(call: Call, said: bytes) -> bytes:
    """HS256 with the public key as the secret: the classic confusion."""
    x = call.mine.key.as_dict(private=False)["x"]
    return hmac.digest(base64.urlsafe_b64decode(x + "="), said, "sha256")


def public(call: Call) -> dict[str, Any]:
    found = call.mine.key.as_dict(private=False)
    return {name: found[name] for name in ("kty", "crv", "x")}


def head(**changed: Any) -> Callable[[Call], dict[str, Any]]:
    return lambda call: {"typ": "dpop+jwt", "alg": "Ed25519", "jwk": public(call)} | changed


def other_kind(algorithm: str) -> Forge:
    """A proof that is right in itself, of a kind of key that this clinic does not take."""

    def forge(call: Call) -> list[tuple[str, str]]:
        key = jwk.RSAKey.generate_key(2048) if algorithm[0] in "RP" else jwk.ECKey.generate_key("P-256")
        claims = base64.urlsafe_b64decode(call.proof().split(".")[1] + "==")
        told = {"typ": "dpop+jwt", "alg": algorithm, "jwk": key.as_dict(private=False)}
        return call.headers(jws.serialize_compact(told, claims, key, algorithms=[algorithm]))

    return forge


def claims_are(said: bytes) -> Forge:
    """Well signed claims that are no claims."""

    def forge(call: Call) -> list[tuple[str, str]]:
        return call.headers(jws.serialize_compact(head()(call), said, call.mine.key, algorithms=["Ed25519"]))

    return forge


def changed_claims(call: Call) -> list[tuple[str, str]]:
    first, claims, mark = call.proof().split(".")
    more = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"jti": "another-mark"}
    return call.headers(f"{first}.{b64(json.dumps(more).encode())}.{mark}")


def cut(part: int) -> Forge:
    def forge(call: Call) -> list[tuple[str, str]]:
        parts = call.proof().split(".")
        return call.headers(".".join([*parts[:part], "", *parts[part + 1 :]]))

    return forge


def twice(call: Call) -> list[tuple[str, str]]:
    return [*call.headers(call.proof()), ("dpop", call.proof())]


PROOFS: dict[str, tuple[Refused, Forge]] = {
    "no proof": (BAD, lambda call: call.headers("")),
    "garbage": (BAD, lambda call: call.headers("a.b.c")),
    "garbage of 60 kB": (BAD, lambda call: call.headers("x" * 60_000)),
    "garbage of 100 kB": (BIG, lambda call: call.headers("x" * 100_000)),
    "letters of no alphabet": (BAD, lambda call: call.headers("é.é.é")),
    "for another method": (BAD, over(htm="GET")),
    "for another path": (BAD, over(htu="http://clinic.test/v1/elsewhere")),
    "for another host": (BAD, over(htu="http://evil.test/v1/sync")),
    "for no address": (BAD, over(htu=None)),
    "for another body": (BAD, over(bh=b64(hashlib.sha256(b"[]").digest()))),
    "for no body": (BAD, over(bh=None)),
    "with an old nonce": (STALE, over(nonce="old")),
    "with no nonce": (STALE, over(nonce=None)),
    "with a nonce that is a list": (STALE, over(nonce=[])),
    "with half a character as nonce": (STALE, over(nonce="\ud800")),
    "with no mark": (BAD, over(jti=None)),
    "with a short mark": (BAD, over(jti="1")),
    "with half characters as mark": (BAD, over(jti="\ud800" * 9)),
    "with a long mark": (BAD, over(jti="1" * 65)),
    "claims that are a list": (BAD, claims_are(b"[]")),
    "claims that are no JSON": (BAD, claims_are(b"\xff")),
    "claims in a deep hole": (BAD, claims_are(b"[" * 2000)),
    "claims changed after signing": (BAD, changed_claims),
    "no head": (BAD, cut(0)),
    "no claims": (BAD, cut(1)),
    "no signature": (BAD, cut(2)),
    "alg none": (BAD, signed(head(alg="none"), lambda *_: b"")),
    "alg none, signed": (BAD, signed(head(alg="none"))),
    "alg as a list": (BAD, signed(head(alg=["Ed25519"]))),
    "HS256 with the public half": (BAD, signed(head(alg="HS256"), by_public_half)),
    "Ed25519 in name, HS256 in truth": (BAD, signed(head(), by_public_half)),
    "RS256": (BAD, other_kind("RS256")),
    "PS256": (BAD, other_kind("PS256")),
    "ES256": (BAD, other_kind("ES256")),
    "another type": (BAD, signed(head(typ="JWT"))),
    "no key inside": (BAD, signed(head(jwk=None))),
    "the private key inside": (BAD, signed(lambda call: head()(call) | {"jwk": public(call) | {"d": "AA"}})),
    "a key of no length": (BAD, signed(lambda call: head()(call) | {"jwk": public(call) | {"x": ""}})),
    "a key that is a number": (BAD, signed(lambda call: head()(call) | {"jwk": public(call) | {"x": 7}})),
    "a key of another curve": (
        BAD,
        signed(lambda call: head()(call) | {"jwk": public(call) | {"crv": "X25519"}}),
    ),
    "a demand we do not know": (BAD, signed(head(crit=["exp"], exp=1))),
    "another's key, signed by mine": (
        BAD,
        signed(lambda call: head()(call) | {"jwk": public_of(call.theirs)}),
    ),
    "two proofs": ((400, "bad_request"), twice),
}


def public_of(phone: Phone) -> dict[str, Any]:
    found = phone.key.as_dict(private=False)
    return {name: found[name] for name in ("kty", "crv", "x")}


def with_token(token: str, by: str = "mine") -> Forge:
    """A token as text, or `theirs`, with a proof for it by one of the two."""

    def forge(call: Call) -> list[tuple[str, str]]:
        bearer = call.theirs.bearer if token == "theirs" else token
        prover = call.mine if by == "mine" else call.theirs if by == "theirs" else stranger(call)
        return call.headers(call.proof(prover, bearer), bearer)

    return forge


def stranger(call: Call) -> Phone:
    new = Phone(call.mine.house)
    new.nonce = call.mine.nonce
    return new


def authorized(said: str) -> Forge:
    return lambda call: [("dpop", call.proof()), ("authorization", said)]


TOKENS: dict[str, tuple[Refused, Forge]] = {
    "nothing at all": (NO_TOKEN, lambda call: []),
    "a proof alone": (NO_TOKEN, lambda call: [("dpop", call.proof())]),
    "a token alone": (NO_TOKEN, lambda call: call.headers("")),
    "a garbage token": (NO_TOKEN, with_token("x")),
    "a token of 60 kB": (NO_TOKEN, with_token("x" * 60_000)),
    "a token of 100 kB": (BIG, with_token("x" * 100_000)),
    "a token in another scheme": (NO_TOKEN, authorized("Bearer x")),
    "a scheme alone": (BAD, authorized("DPoP ")),
    "the other's token with my key": (NO_TOKEN, with_token("theirs")),
    "the other's token with a stranger's key": (NO_TOKEN, with_token("theirs", "stranger")),
    "a stranger with a garbage token": (NO_TOKEN, with_token("x", "stranger")),
    "a proof about another token": (BAD, over(ath="x")),
    "a proof about no token": (BAD, over(ath=None)),
    "two tokens": (
        (400, "bad_request"),
        lambda call: [*call.headers(call.proof()), ("authorization", f"DPoP {call.theirs.bearer}")],
    ),
}
