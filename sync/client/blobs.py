"""Carries attachments over the clinic's connection: up what is unsent, down what somebody wants, one request a step."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

from sync.client.answers import read
from sync.client.transport import Transport
from sync.protocol.attachments import (
    ATTACHMENTS,
    Blob,
    Down,
    Fetch,
    Held,
    Offer,
    Offered,
    Shelf,
    Up,
    download_flow,
    upload_flow,
)
from sync.protocol.errors import Missing, Unwell

LARGE = 1 << 20


class Stock(Shelf, Protocol):
    """A shelf that also says what is to be fetched, and what of it somebody asked for now."""

    def wanted(self) -> Sequence[tuple[Blob, bool]]: ...


class Carrier:
    """Between a shelf and its clinic. `metered`: do bytes cost something? Then big ones nobody asked for now wait."""

    def __init__(
        self, shelf: Stock, transport: Transport, metered: Callable[[], bool] = lambda: False
    ) -> None:
        self.shelf, self.transport, self.metered = shelf, transport, metered

    async def carry(self) -> AsyncGenerator[None, None]:
        """All there is to do, up first; yields after each request, so that new words need not wait. Raises a SyncError.

        A clinic of an older version is left alone: what it cannot hold waits.
        """
        if self.transport.speaks < ATTACHMENTS:
            return
        for steps in (self._up, self._down):
            async with contextlib.aclosing(steps()) as going:
                async for _ in going:
                    yield

    async def _up(self) -> AsyncGenerator[None, None]:
        flow = upload_flow(self.shelf)
        said = next(flow, None)
        while said is not None:
            answer = await self._say(said)
            try:
                said = flow.send(answer)
            except StopIteration:
                said = None
            yield

    async def _say(self, said: Up) -> Down:
        if isinstance(said, Offer):
            return read(Offered, await self.transport.ask("/v1/blobs/offer", said.model_dump_json().encode()))
        return read(Held, await self.transport.ask("/v1/blobs/part", said.said()))

    async def _down(self) -> AsyncGenerator[None, None]:
        for blob, asked in self.shelf.wanted():
            if not asked and blob.size > LARGE and self.metered():
                continue
            try:
                async with contextlib.aclosing(self._fetched(blob)) as going:
                    async for _ in going:
                        yield
            except (Missing, Unwell):
                self.shelf.absent(blob)

    async def _fetched(self, blob: Blob) -> AsyncGenerator[None, None]:
        flow = download_flow(self.shelf, blob)
        said: Fetch | None = next(flow, None)
        while said is not None:
            data = await self.transport.fetch("/v1/blobs/fetch", said.model_dump_json().encode())
            try:
                said = flow.send(data)
            except StopIteration:
                said = None
            yield
