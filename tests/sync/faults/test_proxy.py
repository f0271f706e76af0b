"""The proxy itself: honest when told to be, and each fault is the one it says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import httpx
import pytest

from tests.sync.faults.link import LOOPBACK, Link
from tests.sync.faults.proxy import Proxy

BODY = b"x" * 40_000


@dataclass
class Echo:
    """An HTTP server that answers each request with its body, and remembers what came."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the client has no more to say."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.lower().partition(b"content-length:")[2].split()[0])
                body = await reader.readexactly(size)
                self.heard.append(body)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.transport.abort()


@asynccontextmanager
async def roads(link: Link = LOOPBACK, *faults: str, seed: int = 1) -> AsyncIterator[tuple[Echo, Proxy]]:
    """A server behind a proxy that has these faults on every connection."""
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    echo.port = server.sockets[0].getsockname()[1]
    bad = {"chance": Random(seed), "share": float(bool(faults)), "faults": faults, "latest": 0.1}
    async with Proxy(echo.port, link, **bad) as proxy:  # type: ignore[arg-type]
        yield echo, proxy
    server.close()
    await asyncio.sleep(0.01)


async def post(proxy: Proxy, body: bytes = BODY) -> bytes:
    """The answer to one request on a connection of its own."""
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=2) as client:
        return (await client.post(proxy.address, content=body)).content


async def test_in_calm_weather_every_byte_passes() -> None:
    async with roads() as (echo, proxy):
        assert await post(proxy) == BODY == echo.heard[0]
        assert proxy.carried["up"] > len(BODY) < proxy.carried["down"] and not proxy.happened


async def test_a_slow_link_takes_its_time_and_no_more() -> None:
    async with roads(Link(rtt=0.1, rate=800_000)) as (_echo, proxy):
        began = time.perf_counter()
        assert await post(proxy) == BODY
        took = time.perf_counter() - began
    assert 0.3 <= took < 1, "a handshake, a round trip, and 80 kB at 800 kB/s"


@pytest.mark.parametrize("fault", ["cut", "half", "truncate"])
async def test_a_broken_connection_is_an_error_and_never_a_wrong_answer(fault: str) -> None:
    answers = errors = 0
    async with roads(LOOPBACK, fault) as (_echo, proxy):
        for _ in range(10):
            try:
                assert await post(proxy) == BODY
                answers += 1
            except httpx.TransportError:
                errors += 1
        struck = proxy.happened[fault]
    assert struck >= errors > 2 and answers > 0


async def test_a_stalled_request_arrives_after_all() -> None:
    async with roads(LOOPBACK, "stall", seed=3) as (_echo, proxy):
        assert await post(proxy, BODY * 4) == BODY * 4 and proxy.happened["stall"]


async def test_a_late_request_arrives_when_its_sender_has_given_up() -> None:
    async with roads(LOOPBACK, "late") as (echo, proxy):
        with pytest.raises(httpx.TransportError):
            await post(proxy)
        assert not echo.heard
        await asyncio.sleep(0.2)
        assert echo.heard == [BODY]


async def test_a_replayed_request_arrives_twice_and_is_answered_once() -> None:
    async with roads(LOOPBACK, "replay") as (echo, proxy):
        assert await post(proxy) == BODY
        await asyncio.sleep(0.2)
        assert echo.heard == [BODY, BODY]


async def test_the_same_seed_is_the_same_weather() -> None:
    async def weather() -> list[bool]:
        went = []
        async with roads(LOOPBACK, "cut", seed=5) as (_echo, proxy):
            for _ in range(5):
                try:
                    went.append(await post(proxy) == BODY)
                except httpx.TransportError:
                    went.append(False)
        return went

    assert await weather() == await weather()
