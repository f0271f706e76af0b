"""Who may come in: enrolment, tokens, and the check that stands before every request.

There is no refresh token: the device's key is the credential, so there is nothing to steal or rotate. Grants
are read again on every request; ending one works at once.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from sync.models import Device
from sync.server.codes import Codes, spend
from sync.server.database import Database
from sync.server.denials import Deny
from sync.server.keys import Keys, b64
from sync.server.ledger import Ledger
from sync.server.proof import Asked, Proofs, Proven
from sync.server.replays import replays_of
from sync.server.tables import access, device, patient, token

MINUTES = 10
DEVICE = sa.select(device).where(device.c.thumb == sa.bindparam("of_thumb"))
TOKEN = sa.select(token.c.device).where(
    token.c.hash == sa.bindparam("of_hash"), token.c.expires_ms > sa.bindparam("now_ms")
)
GRANTS = sa.select(access.c.scope, access.c.scopes).where(
    access.c.device == sa.bindparam("of_device"),
    sa.or_(access.c.until_ms.is_(None), access.c.until_ms > sa.bindparam("now_ms")),
)
CONTENT = "content"


@dataclass(frozen=True)
class Visitor:
    """A device that proved itself: its scopes, and what it may do in each (`read`, `read write`)."""

    device: str
    grants: dict[str, str]
    proven: Proven | None = None  # None: nobody asked over HTTP

    def may_write(self, scope: str) -> bool:
        """True when the device may say something in this scope."""
        return "write" in self.grants.get(scope, "").split()

    def binds(self, body: bytes) -> None:
        """Raises Deny unless this body is the one that the device signed."""
        if self.proven is not None:
            self.proven.binds(body)

    @property
    def own(self) -> frozenset[str]:
        """The patients' scopes whose devices this device may see and end."""
        return frozenset(scope for scope in self.grants if self.may_write(scope) and scope != CONTENT)


class Gate:
    """Lets devices in."""

    def __init__(self, database: Database, keys: Keys, clock: Callable[[], datetime], codes: Codes) -> None:
        self.database, self.keys, self.clock, self.codes = database, keys, clock, codes
        self.proofs = Proofs(keys, lambda: clock().timestamp(), replays_of(database))

    def enrol(self, typed: str, label: str, asked: Asked) -> tuple[str, list[str]]:
        """Turn a code into a device: code used up, device and grants made, all or nothing.

        The same key with the same code hears the same answer again, and nothing is granted twice.
        """
        proven = self.proofs.check(asked)
        thumb, now = proven.thumb, self.clock()
        locator, who = self.codes.prove(typed, thumb, now)
        with self.database.directory() as connection:
            self.proofs.once(proven, connection)
            scope: str = connection.scalars(sa.select(patient.c.scope).where(patient.c.id == who)).one()
        self.database.begin(CONTENT)
        with self.database.unit(scope, write=True) as unit:
            ledger = Ledger(unit, _ms(now))
            fresh = spend(unit.connection, locator, thumb, now)
            id = _device(unit.connection, thumb, label, now)
            if fresh:
                _admit(unit.connection, ledger, Device(id=id, label=label, enrolled_at=now))
        return id, [scope, CONTENT]

    def token(self, asked: Asked) -> tuple[str, int]:
        """A fresh token for the device whose key signed, and its life in seconds."""
        proven = self.proofs.check(asked)
        with self.database.directory() as connection:
            known = self._known(connection, proven.thumb)
            self.proofs.once(proven, connection)
        text, now = b64(secrets.token_bytes(32)), _ms(self.clock())
        with self.database.directory(write=True) as connection:
            connection.execute(sa.delete(token).where(token.c.expires_ms <= now))
            made = {"hash": self._hash(text), "device": known, "expires_ms": now + MINUTES * 60_000}
            connection.execute(sa.insert(token), made)
            connection.execute(sa.update(device).where(device.c.id == known).values(seen_ms=now))
        return text, MINUTES * 60

    def check(self, authorization: str, asked: Asked) -> Visitor:
        """Who is asking. The token must be alive and bound to the key that signed this request.

        A body that was not read yet is still to be held against `proven`.
        """
        text = authorization.removeprefix("DPoP ")
        if text == authorization or not asked.proof:
            raise Deny(401, "invalid_token")
        proven = self.proofs.check(replace(asked, token=text))
        now = _ms(self.clock())
        with self.database.directory() as connection:
            known = self._known(connection, proven.thumb, "invalid_token")
            if connection.scalar(TOKEN, {"of_hash": self._hash(text), "now_ms": now}) != known:
                raise Deny(401, "invalid_token")
            grants = _grants(connection, known, now)
            self.proofs.once(proven, connection)
        return Visitor(known, grants, proven)

    def key_of(self, asked: Asked) -> str:
        """The thumbprint of the key that signed, of a device that enrolled here once, ended or not."""
        proven = self.proofs.check(asked)
        with self.database.directory() as connection:
            if connection.scalar(sa.select(device.c.id).where(device.c.thumb == proven.thumb)) is None:
                raise Deny(401, "unknown_device")
            self.proofs.once(proven, connection)
        return proven.thumb

    def again(self, id: str) -> Visitor:
        """A device that was let in and has waited since: its access may have ended. Raises Deny."""
        with self.database.directory() as connection:
            found = connection.execute(sa.select(device).where(device.c.id == id)).first()
            known = _alive(found, "unknown_device")
            return Visitor(known, _grants(connection, known, _ms(self.clock())))

    def _known(self, connection: sa.Connection, thumb: str, otherwise: str = "unknown_device") -> str:
        return _alive(connection.execute(DEVICE, {"of_thumb": thumb}).first(), otherwise)

    def _hash(self, text: str) -> str:
        return self.keys.mac(text).hex()


def _alive(found: sa.Row[Any] | None, otherwise: str) -> str:
    """The id of a device that may come in. Raises Deny: `otherwise` for none."""
    if found is None:
        raise Deny(401, otherwise)
    if found.revoked_ms is not None:
        raise Deny(401, "device_revoked", found.wipe)
    id: str = found.id
    return id


def _device(connection: sa.Connection, thumb: str, label: str, now: datetime) -> str:
    """The device of this key: a known one adds a person, an ended one stays ended."""
    found = connection.execute(DEVICE, {"of_thumb": thumb}).first()
    if found is None:
        made = {"id": str(uuid.uuid4()), "thumb": thumb, "label": label, "enrolled_ms": _ms(now)}
        connection.execute(sa.insert(device), made)
        return str(made["id"])
    if found.revoked_ms is not None:
        raise Deny(401, "device_revoked")
    return str(found.id)


def _admit(connection: sa.Connection, ledger: Ledger, noun: Device) -> None:
    """Let the device read and write its patient's scope, and show the patient that it may."""
    _grant(connection, noun.id, ledger.unit.scope, "read write")
    _grant(connection, noun.id, CONTENT, "read")
    ledger.put(noun.id, noun.kind, noun.body(), noun.version)
    ledger.close()


def _grant(connection: sa.Connection, id: str, scope: str, scopes: str) -> None:
    connection.execute(sa.delete(access).where(access.c.device == id, access.c.scope == scope))
    connection.execute(sa.insert(access), {"device": id, "scope": scope, "scopes": scopes})


def _grants(connection: sa.Connection, id: str, now_ms: int) -> dict[str, str]:
    asked = {"of_device": id, "now_ms": now_ms}
    return {one.scope: one.scopes for one in connection.execute(GRANTS, asked)}


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def utc_now() -> datetime:
    """The clock of a server in service."""
    return datetime.now(UTC)
