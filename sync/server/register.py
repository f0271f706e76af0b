"""The register of devices: which there are, ending one, reporting one lost, and hearing that it erased itself.

What happens to a device is also written into its patients' scopes, as the noun `device`: they see it on the others.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from sync.models import Device, Doc
from sync.protocol.order import SignedOrder, WipeOrder, sign_order
from sync.server.database import Database
from sync.server.denials import Deny
from sync.server.errors import UnknownDevice
from sync.server.tables import access, device, token

SHARED = "content"


class Register:
    """All devices of one clinic. `put` writes what patients shall see of it into a scope."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], put: Callable[[str, Doc], bool]
    ) -> None:
        self.database, self.clock, self.put = database, clock, put

    def of(self, scopes: Collection[str]) -> list[dict[str, Any]]:
        """The devices that hold one of these scopes, ended ones too, oldest first."""
        asked = (
            sa.select(device).where(device.c.id.in_(_in(scopes))).order_by(device.c.enrolled_ms, device.c.id)
        )
        with self.database.directory() as connection:
            return [described(one) for one in connection.execute(asked)]

    def own(self, id: str, scopes: Collection[str]) -> str:
        """The id, if that device holds one of these scopes and no other person's.

        Raises Deny: 404 for any other device, 403 `others_too` for one that somebody else's record is on as well.
        """
        held = sa.select(access.c.scope).where(access.c.device == id, access.c.scope != SHARED)
        with self.database.directory() as connection:
            found = set(connection.scalars(held))
        if not found & set(scopes):
            raise Deny(404, "not_found")
        if not found <= set(scopes):
            raise Deny(403, "others_too")
        return id

    def revoke(self, id: str) -> None:
        """End a device's access at once; its patients see that it was ended."""
        with self.database.directory(write=True) as connection:
            self._end(connection, _known(connection, id))
        self._show(id)

    def mark_lost(self, id: str, seed: bytes) -> None:
        """End its access, and leave a signed order to erase the record. Doing it again keeps the first order."""
        with self.database.directory(write=True) as connection:
            found = _known(connection, id)
            self._end(connection, found)
            wipe = sign_order(self._order(found), seed).model_dump_json()
            first = sa.update(device).where(device.c.id == id, device.c.wipe.is_(None))
            connection.execute(first.values(lost_ms=self._now_ms(), wipe=wipe))
        self._show(id)

    def withdraw(self, id: str) -> bool:
        """It was found: no order waits for it any more. Its access stays ended. False when it was erased already."""
        with self.database.directory(write=True) as connection:
            if _known(connection, id).erased_ms is not None:
                return False
            _change(connection, id, lost_ms=None, wipe=None)
        self._show(id)
        return True

    def erased(self, thumb: str, nonce: str) -> str:
        """The device of this key says that it obeyed the order of this nonce. Returns its id. Raises Deny."""
        with self.database.directory(write=True) as connection:
            found = connection.execute(sa.select(device).where(device.c.thumb == thumb)).first()
            if found is None:
                raise Deny(401, "unknown_device")
            if found.wipe is None or _nonce(found.wipe) != nonce:
                raise Deny(403, "no_order")
            _change(connection, found.id, erased_ms=found.erased_ms or self._now_ms())
        self._show(found.id)
        return str(found.id)

    def _end(self, connection: sa.Connection, found: Any) -> None:
        _change(connection, found.id, revoked_ms=found.revoked_ms or self._now_ms())
        connection.execute(sa.delete(token).where(token.c.device == found.id))

    def _order(self, found: Any) -> WipeOrder:
        at, nonce = self.clock().isoformat(), secrets.token_urlsafe(18)
        return WipeOrder(device=found.id, key=found.thumb, ordered_at=at, nonce=nonce)

    def _show(self, id: str) -> None:
        """Say in every patient's scope how the device stands now."""
        with self.database.directory() as connection:
            noun = _noun(_known(connection, id))
            asked = sa.select(access.c.scope).where(access.c.device == id, access.c.scope != SHARED)
            scopes = list(connection.scalars(asked))
        for scope in scopes:
            self.put(scope, noun)

    def _now_ms(self) -> int:
        return int(self.clock().timestamp() * 1000)


def described(one: Any) -> dict[str, Any]:
    """A device's row as scripts and other devices read it: id, label and moments in ISO 8601, or None."""
    moments = ("enrolled", "revoked", "lost", "erased")
    found = {f"{name}_at": moment(getattr(one, f"{name}_ms")) for name in moments}
    return {"id": one.id, "label": one.label} | {k: v.isoformat() if v else None for k, v in found.items()}


def moment(ms: int | None) -> datetime | None:
    """Milliseconds of the epoch as a moment."""
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


def _noun(one: Any) -> Device:
    enrolled = datetime.fromtimestamp(one.enrolled_ms / 1000, UTC)
    return Device(
        id=one.id,
        label=one.label,
        enrolled_at=enrolled,
        revoked_at=moment(one.revoked_ms),
        lost_at=moment(one.lost_ms),
        erased_at=moment(one.erased_ms),
    )


def _in(scopes: Collection[str]) -> sa.Select[tuple[str]]:
    return sa.select(access.c.device).where(access.c.scope.in_(list(scopes)))


def _known(connection: sa.Connection, id: str) -> Any:
    found = connection.execute(sa.select(device).where(device.c.id == id)).first()
    if found is None:
        raise UnknownDevice(id)
    return found


def _change(connection: sa.Connection, id: str, **values: Any) -> None:
    connection.execute(sa.update(device).where(device.c.id == id).values(**values))


def _nonce(wipe: str) -> str:
    """The nonce of a stored order. We signed it ourselves, so it is read without asking the signature again."""
    said = SignedOrder.model_validate_json(wipe).said
    return str(json.loads(said)["nonce"])
