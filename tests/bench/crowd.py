"""Many simulated devices of one clinic that hold or poll: sockets, proofs and tokens as real ones, and nothing else.

with served(folder, 10) as (url, address):
    found = asyncio.run(holding(address, make_crowd(url, 1000), news=lambda: None))
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from sync.client.auth import Credentials, make_jwk, prove, thumbprint
from sync.protocol.wire import Exchange
from sync.server.clinic import Clinic
from sync.server.tables import access, device, patient, token

HOUR, IDLE = 3_600_000, 3.0


@dataclass
class Member:
    """One device: what it signs with, and how far it is."""

    credentials: Credentials
    cursors: dict[str, str | None] = field(default_factory=dict)
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    used: float = 0.0

    async def ask(self, address: str, wait: int = 0) -> tuple[int, dict[str, Any]]:
        """One exchange over this member's own connection: status and reply. A stale nonce is renewed once."""
        said = Exchange(cursors=self.cursors, wait=wait).said_in(2)
        status, reply = await self._post(address, said)
        if status == 401 and reply.get("error") == "use_dpop_nonce":
            status, reply = await self._post(address, said)
        if status == 200:
            self.cursors = {page["scope"]: page["cursor"] for page in reply["pages"]}
        return status, reply

    async def _open(self, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The connection; a new one where the last was left alone for so long that a server closes it."""
        if self.line and time.monotonic() - self.used > IDLE:
            await self.leave()
        place = urlsplit(address)
        self.line = self.line or await asyncio.open_connection(place.hostname, place.port)
        return self.line

    async def _post(self, address: str, said: bytes) -> tuple[int, dict[str, Any]]:
        reader, writer = await self._open(address)
        mine = self.credentials
        mine.server = address
        head = (
            f"POST /v1/sync HTTP/1.1\r\nhost: {urlsplit(address).netloc}\r\ncontent-length: {len(said)}\r\n"
            f"authorization: DPoP {mine.token}\r\ndpop: {prove(mine, 'POST', '/v1/sync', said, mine.token)}\r\n\r\n"
        )
        writer.write(head.encode() + said)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        mine.nonce, self.used = headers.get("dpop-nonce", mine.nonce), time.monotonic()
        return int(first.split()[1]), json.loads(body)

    async def leave(self) -> None:
        """Close the connection."""
        if self.line is not None:
            self.line[1].close()
            with suppress(OSError):
                await self.line[1].wait_closed()
            self.line = None


def make_crowd(url: str, count: int) -> list[Member]:
    """So many devices that may read every patient in turn and the shared content, let in without codes."""
    clinic = Clinic(url)
    gate, now = clinic.gate(), int(time.time() * 1000)
    clinic.database.begin("content")
    with clinic.database.directory(write=True) as connection:
        scopes = list(connection.scalars(sa.select(patient.c.scope)))
        made = [_seat(scopes[number % len(scopes)]) for number in range(count)]
        rows = [(one.credentials, scope) for one, scope in made]
        known = [
            {"id": c.device, "thumb": thumbprint(c.jwk), "label": "crowd", "enrolled_ms": now}
            for c, _ in rows
        ]
        connection.execute(sa.insert(device), known)
        grants = [
            {"device": c.device, "scope": one, "scopes": "read"}
            for c, mine in rows
            for one in (mine, "content")
        ]
        connection.execute(sa.insert(access), grants)
        tokens = [
            {"hash": gate.keys.mac(c.token).hex(), "device": c.device, "expires_ms": now + HOUR}
            for c, _ in rows
        ]
        connection.execute(sa.insert(token), tokens)
    for c, _ in rows:
        c.nonce = gate.proofs.nonce()
    clinic.dispose()
    return [one for one, _ in made]


def _seat(scope: str) -> tuple[Member, str]:
    id, text = secrets.token_hex(16), secrets.token_urlsafe(32)
    return Member(Credentials(server="", jwk=make_jwk(), device=id, token=text)), scope


async def holding(
    address: str, crowd: Sequence[Member], news: Callable[[], Any], wait: int = 25, at_once: int = 64
) -> dict[str, Any]:
    """All of them catch up, then wait at the same time; `news` happens in a thread once they do.

    Returns how many waited, how many were answered with rows, and the seconds from `news` to the first and last answer.
    """
    turn = asyncio.Semaphore(at_once)

    async def catch_up(one: Member) -> None:
        async with turn:
            status, reply = await one.ask(address)
            while status == 200 and any(page["more"] for page in reply["pages"]):
                status, reply = await one.ask(address)
            assert status == 200, (status, reply.get("error"))

    await asyncio.gather(*(catch_up(one) for one in crowd))
    ends: list[float] = []

    async def hold(one: Member) -> bool:
        status, reply = await one.ask(address, wait)
        ends.append(time.perf_counter())
        return status == 200 and any(page["rows"] for page in reply["pages"])

    held = [asyncio.ensure_future(hold(one)) for one in crowd]
    await asyncio.sleep(min(wait / 2, 0.5 + len(crowd) / 400))
    early, begun = len(ends), time.perf_counter()
    await asyncio.to_thread(news)
    heard = await asyncio.gather(*held)
    await asyncio.gather(*(one.leave() for one in crowd))
    late = sorted(end - begun for end in ends)[early:]
    return {
        "waited": len(crowd) - early,
        "heard": sum(heard),
        "first_s": round(late[0], 3) if late else None,
        "last_s": round(late[-1], 3) if late else None,
    }


async def polling(address: str, crowd: Sequence[Member], every: float, seconds: float) -> dict[str, Any]:
    """Each asks every so many seconds, spread evenly, for so long. Returns exchanges done, failed, and their times."""
    times: list[float] = []
    failed = [0]

    async def poll(one: Member, first: float) -> None:
        await asyncio.sleep(first)
        until = time.perf_counter() + seconds - first
        while time.perf_counter() < until:
            begun = time.perf_counter()
            status, _ = await one.ask(address)
            times.append(time.perf_counter() - begun)
            failed[0] += status != 200
            await asyncio.sleep(max(0.0, every - times[-1]))
        await one.leave()

    await asyncio.gather(*(poll(one, every * n / len(crowd)) for n, one in enumerate(crowd)))
    times.sort()
    return {
        "exchanges": len(times),
        "failed": failed[0],
        "per_s": round(len(times) / seconds, 1),
        "median_ms": round(times[len(times) // 2] * 1000, 1),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1000, 1),
    }
