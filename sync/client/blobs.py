"""Carries attachments over the clinic's connection: up what is unsent, down what somebody wants, one request a step."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Literal, Protocol

from sync.client.answers import read
from sync.client.link import Work
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

    def is_needed(self) -> bool:
        """Is there anything to carry now?"""
        return self.transport.speaks >= ATTACHMENTS and bool(self.shelf.unsent() or self._due())

    async def carry(self) -> AsyncGenerator[Work, None]:
        """All there is to do, up first; says after each request how far it is, so that new words need not wait.

        Raises a SyncError.

        A clinic of an older version is left alone: what it cannot hold waits.
        """
        if self.transport.speaks < ATTACHMENTS:
            return
        for steps in (self._up, self._down):
            async with contextlib.aclosing(steps()) as going:
                async for work in going:
                    yield work

    async def _up(self) -> AsyncGenerator[Work, None]:
        there = dict.fromkeys(self.shelf.unsent(), 0)
        flow = upload_flow(self.shelf)
        said = next(flow, None)
        while said is not None:
            answer = await self._say(said)
            there |= told(said, answer)
            try:
                said = flow.send(answer)
            except StopIteration:
                said = None
            yield work_of("sending_files", there)

    async def _say(self, said: Up) -> Down:
        if isinstance(said, Offer):
            return read(Offered, await self.transport.ask("/v1/blobs/offer", said.model_dump_json().encode()))
        return read(Held, await self.transport.ask("/v1/blobs/part", said.said()))

    def _due(self) -> list[Blob]:
        """What is to be fetched now: where bytes cost something, big ones only when asked for."""
        wanted, costs = self.shelf.wanted(), self.metered()
        return [blob for blob, asked in wanted if asked or blob.size <= LARGE or not costs]

    async def _down(self) -> AsyncGenerator[Work, None]:
        here = {blob: self.shelf.have(blob) for blob in self._due()}
        for blob in tuple(here):
            try:
                async with contextlib.aclosing(self._fetched(blob)) as going:
                    async for _ in going:
                        here[blob] = self.shelf.have(blob)
                        yield work_of("getting_files", here)
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


def told(said: Up, answer: Down) -> dict[Blob, int]:
    """How many bytes of each blob are done with, by this answer: held there, or refused."""
    if isinstance(said, Offer):
        assert isinstance(answer, Offered)
        pairs = zip(said.blobs, answer.blobs, strict=False)
    else:
        assert isinstance(answer, Held)
        pairs = zip([said.head.blob], [answer], strict=True)
    return {blob: blob.size if held.whole or held.refused else held.have for blob, held in pairs}


def work_of(what: Literal["getting_files", "sending_files"], done: Mapping[Blob, int]) -> Work:
    """How far it is with all of them, in bytes."""
    return Work(what, sum(done.values()), sum(blob.size for blob in done))
