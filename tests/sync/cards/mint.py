"""Makes cards as an issuer would, and as somebody would who means harm."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from sync.cards.issuers import read_issuers
from sync.models import IssuerKeys, RevokedCards, derive_id

DATA = Path(__file__).parents[2] / "data" / "health-cards"
EXAMPLES = "https://spec.smarthealth.cards/examples/issuer"
RIVERSIDE = "https://riverside.test/cards"
ISSUED = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp())
HEADER = {"alg": "ES256", "zip": "DEF"}
TYPES = ["https://smarthealth.cards#health-card", "https://smarthealth.cards#immunization"]


def examples() -> IssuerKeys:
    """The issuer of the published examples."""
    return read_issuers((DATA / "issuer-jwks.json").read_bytes(), EXAMPLES, "Example Clinic").issuers[0]


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def packed(data: bytes) -> bytes:
    """Raw DEFLATE."""
    made = zlib.compressobj(9, wbits=-15)
    return made.compress(data) + made.flush()


def patient(given: str = "Rosa", family: str = "Marin", born: str = "1959-06-17") -> dict[str, Any]:
    """Whom a card is about."""
    return {
        "resourceType": "Patient",
        "name": [{"family": family, "given": [given]}],
        "birthDate": born,
    }


def shot(day: str = "2025-10-02", code: str = "140") -> dict[str, Any]:
    """A vaccination."""
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": code}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": day,
        "performer": [{"actor": {"display": "Riverside Pharmacy"}}],
        "lotNumber": "A12",
    }


def payload(*resources: dict[str, Any], iss: str = RIVERSIDE, **more: Any) -> dict[str, Any]:
    """What a card says. `rid` goes to its place; a field given as None is left out."""
    listed = resources or (patient(), shot())
    entry = [{"fullUrl": f"resource:{n}", "resource": one} for n, one in enumerate(listed)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entry}
    credential = {"type": TYPES, "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": bundle}}
    if rid := more.pop("rid", ""):
        credential["rid"] = rid
    said = {"iss": iss, "nbf": ISSUED, "vc": credential, **more}
    return {name: value for name, value in said.items() if value is not None}


class Issuer:
    """Somebody with a key."""

    def __init__(self, iss: str = RIVERSIDE, name: str = "Riverside Clinic") -> None:
        self.iss, self.name, self.key = iss, name, ECKey.generate_key("P-256")

    @property
    def kid(self) -> str:
        """The thumbprint of the key."""
        return self.key.thumbprint()

    def jwk(self, **more: Any) -> dict[str, Any]:
        """The public key as it is published."""
        return {**self.key.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": "ES256", **more}

    def keys(self, *revoked: str) -> IssuerKeys:
        """Their entry in the clinic's list."""
        lists = [RevokedCards(kid=self.kid, rids=list(revoked))] if revoked else []
        return IssuerKeys(
            id=derive_id("issuer-keys", self.iss),
            iss=self.iss,
            name=self.name,
            keys=[self.jwk()],
            revoked=lists,
        )

    def sign(self, said: Any = None, header: dict[str, Any] | None = None, body: bytes | None = None) -> str:
        """A card over this payload; `header` and `body` (the packed bytes) may be anything."""
        said = payload(iss=self.iss) if said is None else said
        whole = {**HEADER, "kid": self.kid, **(header or {})}
        inside = packed(json.dumps(said, separators=(",", ":")).encode()) if body is None else body
        text = f"{b64(json.dumps(whole).encode())}.{b64(inside)}"
        return f"{text}.{b64(self._signature(text))}"

    def _signature(self, text: str) -> bytes:
        private = self.key.private_key
        assert private is not None
        r, s = utils.decode_dss_signature(private.sign(text.encode(), ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
