"""Reads a request: which address it called, whose it is, and its body; strangers are heard briefly, and few at once.

Who asks is settled before the body is kept, so that nobody unknown can fill the memory. A refused body is heard out
and dropped: an answer given in the middle of it is lost on many links, and with it the nonce for the next try.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from sync.server.denials import Deny
from sync.server.gate import Gate, Visitor
from sync.server.proof import Asked

BRIEF = 64 << 10
COSTLY, PATIENCE = 2, 3.0


class Reception:
    """Stands between HTTP and the gate. Without an `origin` the called host is believed, if it is one of `hosts`."""

    def __init__(self, gate: Gate, origin: str = "", hosts: Collection[str] = ()) -> None:
        self.gate, self.origin, self.hosts = gate, origin, frozenset(hosts)
        self._costly = asyncio.Semaphore(COSTLY)

    def asked(self, request: Request, body: bytes | None) -> Asked:
        """What the proof must be about. The path is the one that was routed, whatever the Host header says."""
        origin = self.origin or f"{request.url.scheme}://{self._host(request)}"
        return Asked(request.method, origin + request.scope["path"], _only(request, "dpop"), body=body)

    async def brief(self, request: Request) -> bytes:
        """The body of a request that needs no token: 64 KiB at most."""
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > BRIEF:
                raise HTTPException(413, "too_big")
        return bytes(body)

    async def visitor(self, request: Request) -> tuple[Visitor, bytes]:
        """The device that asks, and its body. Raises Deny for anybody else, and for another body than it signed."""
        asked, authorization = self.asked(request, None), _only(request, "authorization")
        try:
            visitor = await run_in_threadpool(self.gate.check, authorization, asked)
        except Deny:
            async for _ in request.stream():
                pass
            raise
        request.state.device = visitor.device
        body = await request.body()
        visitor.binds(body)
        return visitor, body

    @contextlib.asynccontextmanager
    async def costly(self) -> AsyncIterator[None]:
        """A place for what costs much on purpose. Who waits holds no thread; after three seconds it is `busy`."""
        try:
            await asyncio.wait_for(self._costly.acquire(), PATIENCE)
        except TimeoutError:
            raise Deny(429, "busy") from None
        try:
            yield
        finally:
            self._costly.release()

    def _host(self, request: Request) -> str:
        host = _only(request, "host")
        if self.hosts and _name(host) not in self.hosts:
            raise Deny(421, "wrong_host")
        return host


def _only(request: Request, name: str) -> str:
    """The one header of this name: of two, the next reader might believe the other."""
    found = request.headers.getlist(name)
    if len(found) > 1:
        raise Deny(400, "bad_request")
    return found[0] if found else ""


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
