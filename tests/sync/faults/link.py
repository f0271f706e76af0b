"""A slow link: each direction has a rate that all connections share, and half a round trip before anything arrives."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """Seconds of a round trip, and bytes a second each way; 0 is as fast as this machine."""

    rtt: float = 0.0
    rate: int = 0


LOOPBACK = Link()
MOBILE = Link(rtt=0.1, rate=10_000_000 // 8)
DEPTH = 64


class Lane:
    """One direction of a link. Bytes leave one after another and then travel side by side, as on a real wire."""

    def __init__(self, link: Link) -> None:
        self.link, self._free = link, 0.0

    def arrives(self, size: int) -> float:
        """When so many bytes that leave now will have arrived, by the loop's clock."""
        self._free = max(asyncio.get_running_loop().time(), self._free)
        if self.link.rate:
            self._free += size / self.link.rate
        return self._free + self.link.rtt / 2


class Hose:
    """Carries one direction of one connection through its lane, in order. An empty chunk is its end."""

    def __init__(self, lane: Lane, writer: asyncio.StreamWriter) -> None:
        self.lane, self.writer = lane, writer
        self._under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(DEPTH)

    async def send(self, data: bytes) -> None:
        """Let these bytes leave; waits while too much is under way."""
        await self._under_way.put((self.lane.arrives(len(data)), data))

    async def emptied(self) -> None:
        """Everything sent so far has arrived."""
        await self._under_way.join()

    async def run(self) -> None:
        """Deliver each chunk when its time has come, until the end. Raises OSError when nobody takes it."""
        while True:
            at, data = await self._under_way.get()
            wait = at - asyncio.get_running_loop().time()
            if wait > 0:
                await asyncio.sleep(wait)
            if data:
                self.writer.write(data)
                await self.writer.drain()
            elif self.writer.can_write_eof():
                self.writer.write_eof()
            self._under_way.task_done()
            if not data:
                return
