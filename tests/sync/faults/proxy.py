"""A TCP proxy that misbehaves: the network of a phone in a lift, from a seed, without root.

    with on_a_thread(Proxy(port, chance=Random(7), share=0.6)) as proxy:
        ...                      # devices call proxy.address
        proxy.share = 0.0        # calm weather

It changes no byte: that is what TLS is for. Each connection has its own luck, good or bad:

cut       both ends are reset after some bytes            late      a request arrives whole, after its sender gave up
half      one direction ends early, the other goes on     replay    a request that arrived is sent once more
truncate  the answer ends early, as if it were whole      stall     nothing moves for a while

What outlives a stall or a replay is cut as far again behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from random import Random
from typing import Any

from tests.sync.faults.link import LOOPBACK, Hose, Lane, Link
from tests.sync.faults.luck import DOWN, FARTHEST, FAULTS, LATEST, UP, Luck, Requests, draw

CHUNK = 16 << 10
PATIENCE = 5.0


class Struck(Exception):
    """This connection is over."""


class Proxy:
    """Between devices and the server on `target`, a port of this machine. `share` of the connections have bad luck.

    `carried` counts bytes that passed, by direction; `happened` the faults that struck, none beyond byte `farthest`.
    """

    def __init__(
        self,
        target: int,
        link: Link = LOOPBACK,
        *,
        chance: Random | None = None,
        share: float = 0.0,
        faults: tuple[str, ...] = FAULTS,
        latest: float = LATEST,
    ) -> None:
        self.target, self.link, self.share, self.faults, self.latest = target, link, share, faults, latest
        self.chance, self.port, self.farthest = chance or Random(0), 0, FARTHEST
        self.carried: Counter[str] = Counter()
        self.happened: Counter[str] = Counter()
        self._lanes = {side: Lane(link) for side in (UP, DOWN)}
        self._running: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where devices call."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await asyncio.sleep(0)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._begin(self._carry(reader, writer))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _draw(self) -> Luck:
        return draw(self.chance, self.share, self.faults, self.latest, self.farthest)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its beginning to its end."""
        luck, ends = self._draw(), [writer]
        try:
            await asyncio.sleep(self.link.rtt)
            there, to_server = await asyncio.open_connection("127.0.0.1", self.target)
            ends.append(to_server)
            up, down = Hose(self._lanes[UP], to_server), Hose(self._lanes[DOWN], writer)
            async with asyncio.TaskGroup() as group:
                for work in (self._up(reader, up, luck), self._down(there, down, luck), up.run(), down.run()):
                    group.create_task(work)
        except* (OSError, Struck):
            pass
        finally:
            for end in ends:
                end.transport.abort()

    async def _down(self, reader: asyncio.StreamReader, hose: Hose, luck: Luck) -> None:
        await self._pump(DOWN, reader, hose, luck)

    async def _up(self, reader: asyncio.StreamReader, hose: Hose, luck: Luck) -> None:
        if luck.fault == "late":
            return await self._hold(reader, hose, luck)
        if luck.fault == "replay":
            return await self._again(reader, hose, luck)
        await self._pump(UP, reader, hose, luck)

    async def _pump(self, side: str, reader: asyncio.StreamReader, hose: Hose, luck: Luck) -> None:
        """Pass bytes on; at the fault's byte, let it happen."""
        left = luck.at if luck.side == side and luck.fault in ("cut", "half", "truncate", "stall") else None
        while data := await reader.read(CHUNK):
            if left is not None and left < len(data):
                await self._pass(side, hose, data[:left])
                await self._strike(luck, hose)
                if luck.fault == "half":
                    return
                data, left, luck = data[left:], luck.at, replace(luck, fault="cut")
            await self._pass(side, hose, data)
            left = None if left is None else left - len(data)
        await hose.send(b"")

    async def _strike(self, luck: Luck, hose: Hose) -> None:
        """Let the fault happen. Raises Struck where the connection ends with it."""
        self.happened[luck.fault] += 1
        if luck.fault == "stall":
            await asyncio.sleep(luck.seconds)
        elif luck.fault == "cut":
            raise Struck()
        else:
            await hose.send(b"")
        if luck.fault == "truncate":
            await hose.emptied()
            raise Struck()

    async def _hold(self, reader: asyncio.StreamReader, hose: Hose, luck: Luck) -> None:
        """Pass whole requests on; the one at the fault's byte arrives when its sender has been cut off."""
        requests, gone = Requests(), 0
        while data := await reader.read(CHUNK):
            for request in requests.feed(data):
                gone += len(request)
                if gone >= luck.at:
                    self.happened["late"] += 1
                    self._begin(self._deliver(request, luck.seconds))
                    raise Struck()
                await self._pass(UP, hose, request)
        await hose.send(b"")

    async def _again(self, reader: asyncio.StreamReader, hose: Hose, luck: Luck) -> None:
        """Pass everything on; the request at the fault's byte is sent again a little later."""
        requests, gone = Requests(), 0
        while data := await reader.read(CHUNK):
            await self._pass(UP, hose, data)
            for request in requests.feed(data):
                gone, before = gone + len(request), gone
                if before < luck.at <= gone:
                    self.happened["replay"] += 1
                    self._begin(self._deliver(request, luck.seconds))
                elif gone >= 2 * luck.at:
                    raise Struck()
        await hose.send(b"")

    async def _deliver(self, request: bytes, seconds: float) -> None:
        """Send a request by itself, after a while; nobody hears the answer."""
        await asyncio.sleep(seconds)
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
            try:
                writer.write(request)
                async with asyncio.timeout(PATIENCE):
                    await reader.read(CHUNK)
            finally:
                writer.transport.abort()

    async def _pass(self, side: str, hose: Hose, data: bytes) -> None:
        if data:
            self.carried[side] += len(data)
            await hose.send(data)


@contextlib.contextmanager
def on_a_thread(proxy: Proxy) -> Iterator[Proxy]:
    """The proxy on an event loop of its own, open inside."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result(10)
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(proxy.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
