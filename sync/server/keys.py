"""The server's own secrets: made once, kept in the directory, the same on every node."""

from __future__ import annotations

import base64
import contextlib
import hmac
import secrets
from dataclasses import dataclass, field

import sqlalchemy as sa

from sync.server.database import Database
from sync.server.errors import Taken
from sync.server.tables import SECRETS, secret


@dataclass(frozen=True)
class Keys:
    """Pepper for what is stored hashed, a key for cursors, the seed of the key that signs wipe orders, and the key
    that attachments are sealed under."""

    pepper: bytes = field(repr=False)
    cursor: bytes = field(repr=False)
    orders: bytes = field(repr=False)
    blobs: bytes = field(repr=False)

    def mac(self, value: str) -> bytes:
        """A keyed hash of a secret that must not be stored itself."""
        return hmac.digest(self.pepper, value.encode(), "sha256")


def load_keys(database: Database, pepper: bytes | None = None) -> Keys:
    """Read the secrets, making those that are missing."""
    made = {name: bytes.fromhex(_kept(database, name)) for name in SECRETS}
    return Keys(**{**made, "pepper": pepper or made["pepper"]})


def b64(data: bytes) -> str:
    """Base64url without padding, as tokens and proofs write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _kept(database: Database, name: str) -> str:
    found = _read(database, name)
    if found is None:
        with contextlib.suppress(Taken), database.directory(write=True) as connection:
            connection.execute(sa.insert(secret), {"name": name, "value": secrets.token_hex(32)})
        found = _read(database, name)
    assert found is not None
    return found


def _read(database: Database, name: str) -> str | None:
    with database.directory() as connection:
        return connection.scalar(sa.select(secret.c.value).where(secret.c.name == name))
