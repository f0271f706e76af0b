"""Stands before the API: caps and deadlines for bodies, headers for safety, a log line, and no tracebacks."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.server.journal import Journal

CAP, HEAD = 8 << 20, 64 << 10
PACKED = {"/v1/sync": b"zstd"}
DEADLINE, SLOWEST = 10.0, 4000
HOST = re.compile(rb"[A-Za-z0-9._\-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Pure ASGI, outermost."""

    def __init__(
        self,
        app: ASGIApp,
        journal: Journal,
        cap: int = CAP,
        deadline: float = DEADLINE,
        dispose: Callable[[], None] = lambda: None,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self.app, self.journal, self.cap, self.deadline = app, journal, cap, deadline
        self.dispose, self.release = dispose, release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        reply = _Reply(send)
        started = time.perf_counter()
        status, error = _refusal(scope["path"], scope["headers"], self.cap)
        if status:
            await reply.refuse(status, error)
        else:
            await self._pass(scope, _Body(receive, self.cap, self.deadline), reply)
        if trouble := scope["state"].get("trouble"):
            self.journal.trouble(trouble)
        route = str(getattr(scope.get("route"), "path", "-"))
        ms = (time.perf_counter() - started) * 1000
        self.journal.request(scope["method"], route, reply.status, ms, scope["state"].get("device"))

    async def _pass(self, scope: Scope, receive: Receive, reply: _Reply) -> None:
        try:
            await self.app(scope, receive, reply)
        except Exception as error:
            self.journal.fault(error)
            if not reply.status:
                await reply.refuse(500, b"unwell")


class _Body:
    """Counts and times the body as it comes in: after ten seconds, four kilobytes each second at least."""

    def __init__(self, receive: Receive, cap: int, deadline: float) -> None:
        self._receive, self._left = receive, cap
        self._until = time.monotonic() + deadline
        self._done = False

    async def __call__(self) -> Message:
        if self._done:
            return await self._receive()
        try:
            async with asyncio.timeout(max(0.0, self._until - time.monotonic())):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "too_slow") from None
        if message["type"] == "http.disconnect":
            raise HTTPException(400, "cut_off")
        if message["type"] == "http.request":
            got = len(message.get("body", b""))
            self._left -= got
            self._until += got / SLOWEST
            self._done = not message.get("more_body", False)
            if self._left < 0:
                raise HTTPException(413, "too_big")
        return message


class _Reply:
    """Adds the safety headers and remembers the status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message.get("headers", ()), *SAFE]}
        await self._send(message)

    async def refuse(self, status: int, error: bytes) -> None:
        """A short answer without asking the app."""
        body = b'{"error":"' + error + b'"}'
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self({"type": "http.response.body", "body": body})


async def refuse(send: Send, status: int, error: bytes) -> None:
    """The same short answer, with its safety headers, from whoever stands before the guard."""
    await _Reply(send).refuse(status, error)


def _refusal(path: str, sent: Sequence[tuple[bytes, bytes]], cap: int) -> tuple[int, bytes]:
    """What can be refused by its head alone: also any packing but the one that this path takes."""
    if not path.isprintable():  # a route also matches its name with a line feed behind it
        return 404, b"not_found"
    if sum(len(name) + len(value) for name, value in sent) > HEAD:
        return 431, b"head_too_big"
    headers = dict(sent)
    length = headers.get(b"content-length")
    if headers.get(b"content-encoding", b"identity") not in (b"identity", PACKED.get(path)):
        return 415, b"packed_body"
    if length is not None and b"transfer-encoding" in headers:
        return 400, b"bad_request"
    hosts = [value for name, value in sent if name == b"host"]
    if len(hosts) > 1 or not all(HOST.fullmatch(host) for host in hosts):
        return 400, b"bad_request"
    if length is not None and (not length.isdigit() or int(length) > cap):
        return 413, b"too_big"
    return 0, b""
