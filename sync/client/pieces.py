"""Fetches segments, and asks for the next one while the one before is taken in."""

from __future__ import annotations

import asyncio
import json

from sync.client.transport import Transport
from sync.protocol.errors import Missing
from sync.protocol.flow import Fetch


class Pieces:
    """The segments that were asked for and are not used yet."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._coming: dict[str, asyncio.Task[bytes | None]] = {}

    async def get(self, fetch: Fetch) -> bytes | None:
        """The segment asked for; None where the clinic has it no more. Raises a SyncError."""
        for part in fetch.parts:
            name = part.segment.hash
            if name not in self._coming:
                self._coming[name] = asyncio.ensure_future(self._ask(name))
        return await self._coming.pop(fetch.hash)

    async def drop(self) -> None:
        """Let go of what is not needed any more."""
        coming = list(self._coming.values())
        self._coming.clear()
        for one in coming:
            one.cancel()
        await asyncio.gather(*coming, return_exceptions=True)

    async def _ask(self, name: str) -> bytes | None:
        try:
            return await self._transport.fetch("/v1/segment", json.dumps({"hash": name}).encode())
        except Missing:
            return None
