"""What a device may do about the devices of its own patients: see them, end one, report one lost; and say "erased".

The lost phone is reported from the tablet. Only devices that hold nobody else's record can be ended this way: one
that somebody else's record is on as well is the clinic's to end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from sync.server.clinic import Clinic
from sync.server.reception import Reception


class Named(BaseModel):
    """The device that is meant."""

    model_config = ConfigDict(extra="forbid")

    device: str = Field(pattern=r"^[!-~]{1,64}$")


class Obeyed(BaseModel):
    """The nonce of the order that was obeyed."""

    model_config = ConfigDict(extra="forbid")

    order: str = Field(pattern=r"^[!-~]{1,64}$")


class Listed(BaseModel):
    """A device of one's own; the moments are ISO 8601."""

    id: str
    label: str
    enrolled_at: str
    revoked_at: str | None = None
    lost_at: str | None = None
    erased_at: str | None = None


class Devices(BaseModel):
    """The devices that hold what this device may write."""

    devices: list[Listed]


class OwnDevices:
    """The operations behind the routes. `said` makes an answer."""

    def __init__(
        self, clinic: Clinic, reception: Reception, said: Callable[[dict[str, Any]], Response]
    ) -> None:
        self.clinic, self.reception, self.said = clinic, reception, said

    async def every(self, request: Request) -> Response:
        """The devices of this device's patients, ended ones too."""
        visitor, _ = await self.reception.visitor(request)
        found = await run_in_threadpool(self.clinic.register.of, visitor.own)
        return self.said({"devices": found})

    async def end(self, request: Request) -> Response:
        """End a device's access; what is on it stays."""
        return await self._change(request, self.clinic.revoke)

    async def lost(self, request: Request) -> Response:
        """End a device's access, and have it erase the record when it next asks."""
        return await self._change(request, self.clinic.mark_lost)

    async def erased(self, request: Request) -> Response:
        """A lost device obeyed. It has no access any more, so its key alone speaks for it."""
        body = await self.reception.brief(request)
        asked = self.reception.asked(request, body)
        thumb = await run_in_threadpool(self.reception.gate.key_of, asked)
        sent = Obeyed.model_validate_json(body)
        request.state.device = await run_in_threadpool(self.clinic.register.erased, thumb, sent.order)
        return self.said({})

    async def _change(self, request: Request, change: Callable[[str], None]) -> Response:
        visitor, body = await self.reception.visitor(request)
        named = Named.model_validate_json(body)
        id = await run_in_threadpool(self.clinic.register.own, named.device, visitor.own)
        await run_in_threadpool(change, id)
        return self.said({})
