"""What the tests about lost devices share: reporting one, what is left of its record, and a way that answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from sync.client.auth import Credentials
from sync.client.transport import Transport
from sync.models import MoodEntry
from tests.conftest import Phone, Wire


def lost(phone: Phone) -> str:
    """Report it at the clinic; its id."""
    id = phone.app.credentials().device
    phone.clinic.mark_lost(id)
    return id


def moments(phone: Phone, id: str) -> dict[str, str | None]:
    """What the clinic knows of a device."""
    return next(one for one in phone.clinic.devices("rosa") if one["id"] == id)


def is_whole(phone: Phone, count: int = 1) -> bool:
    """The record is open, and what was written is there."""
    return phone.app.is_open and len(phone.store.find(MoodEntry)) == count and phone.app.vault.exists


@dataclass
class Road(httpx.AsyncBaseTransport):
    """The way to the clinic: answers with `says` where it is given, and ends before `gap`."""

    wire: Wire
    says: object = None
    gap: str = "-"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, answer it, or fail."""
        if request.url.path == self.gap:
            raise httpx.ConnectError("the wire is down")
        if self.says is None:
            return await httpx.ASGITransport(app=self.wire.api).handle_async_request(request)  # type: ignore[arg-type]
        kind = {"content-type": "application/json"}
        stream = httpx.ByteStream(json.dumps(self.says).encode())
        return httpx.Response(401, stream=stream, headers=kind, request=request)

    def transport(self, credentials: Credentials, kept: Callable[[Credentials], None]) -> Transport:
        """The way for one device."""
        return Transport(credentials, httpx.AsyncClient(transport=self), kept)


def take(phone: Phone, road: Road) -> None:
    """From now on the phone goes this way."""
    phone.app._transport = road.transport
    phone.app._connect()
