"""The server's own secrets: made once, kept in the directory, the same on every node."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from joserfc.jwk import OKPKey

from sync.server.database import Database
from sync.server.tables import secret


@dataclass(frozen=True)
class Keys:
    """Pepper for what is stored hashed, a key for cursors, and the key that signs wipe orders."""

    pepper: bytes = field(repr=False)
    cursor: bytes = field(repr=False)
    wipe: Any = field(repr=False)

    def mac(self, value: str) -> bytes:
        """A keyed hash of a secret that must not be stored itself."""
        return hmac.digest(self.pepper, value.encode(), "sha256")

    def public_wipe(self) -> dict[str, str]:
        """The half of the wipe key that devices pin when they enrol."""
        public: dict[str, str] = self.wipe.as_dict(private=False)
        return {name: public[name] for name in ("kty", "crv", "x")}


def load_keys(database: Database, pepper: bytes | None = None) -> Keys:
    """Read the secrets, making those that are missing."""
    return Keys(
        pepper or _bytes(_kept(database, "pepper", _random)),
        _bytes(_kept(database, "cursor", _random)),
        OKPKey.import_key(json.loads(_kept(database, "wipe", _wipe))),
    )


def b64(data: bytes) -> str:
    """Base64url without padding, as tokens and proofs write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _random() -> str:
    return secrets.token_hex(32)


def _wipe() -> str:
    return json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text)


def _kept(database: Database, name: str, make: Any) -> str:
    asked = sa.select(secret.c.value).where(secret.c.name == name)
    with database.directory(write=True) as connection:
        value: str | None = connection.scalar(asked)
        if value is None:
            value = str(make())
            connection.execute(sa.insert(secret), {"name": name, "value": value})
        return value
