"""The person's own devices, as the clinic knows them: listed, ended, or reported lost from another one."""

from __future__ import annotations

import json

from pydantic import AwareDatetime

from sync.client.answers import Answer, read
from sync.client.transport import Transport


class Listed(Answer):
    """A device that holds this person's record. The moments stand where something happened."""

    id: str
    label: str
    enrolled_at: AwareDatetime
    revoked_at: AwareDatetime | None = None
    lost_at: AwareDatetime | None = None
    erased_at: AwareDatetime | None = None


class Devices(Answer):
    """The clinic's answer."""

    devices: list[Listed]


async def list_devices(transport: Transport) -> list[Listed]:
    """This person's devices, ended ones too, oldest first. Raises a SyncError."""
    return read(Devices, await transport.ask("/v1/devices", b"{}")).devices


async def end_device(transport: Transport, id: str) -> None:
    """End a device's access; what is on it stays. Raises a SyncError; NotTheClinic if it is not one's own,
    OthersToo if somebody else's record is on it as well."""
    await _about(transport, "/v1/devices/end", id)


async def report_lost(transport: Transport, id: str) -> None:
    """End a device's access, and have it erase the record when it next asks. Raises as `end_device`."""
    await _about(transport, "/v1/devices/lost", id)


async def _about(transport: Transport, path: str, id: str) -> None:
    await transport.ask(path, json.dumps({"device": id}).encode())
