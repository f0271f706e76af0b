"""The gate of the local web host: who may ask, and what the browser may do with the answer.

Rules: the right Host, the right Origin, and the secret of this run; all three, for pages and for the socket.
The secret lives in a cookie that no script can read and stands in no address. An address holds a ticket, which is
exchanged for the cookie; it expires ten minutes after its first use, or after twenty uses.
"""

from __future__ import annotations

import hmac
import html
import json
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
USES, MINUTES = 20, 10
HIDDEN = frozenset({"/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect", "/oauth_callback"})


def policy(port: int) -> str:
    """The content security policy: nothing but this host, no frames, no third parties."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:",
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port} data: blob:",
            "object-src 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
        )
    )


def headers_of(port: int) -> list[tuple[bytes, bytes]]:
    """What is added to every answer."""
    return [
        (b"content-security-policy", policy(port).encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(), payment=()"),
        (b"cache-control", b"private, no-cache"),
    ]


@dataclass(frozen=True)
class Ask:
    """What a request says of itself."""

    host: str
    origin: str | None
    cookie: str
    ticket: str
    rest: str
    afar: bool

    @classmethod
    def read(cls, scope: Scope, cookie_name: str) -> Ask:
        """Read the headers and the query of an ASGI scope."""
        found = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        ticket = next((value for name, value in query if name == "t"), "")
        rest = urlencode([(name, value) for name, value in query if name != "t"])
        return cls(
            found.get("host", ""),
            found.get("origin"),
            _cookie(found.get("cookie", ""), cookie_name),
            ticket,
            rest,
            found.get("sec-fetch-site") in ("cross-site", "same-site"),
        )


def onward(where: str) -> bytes:
    """A page that goes on by itself and leaves no trace in the history.

    A browser that came here from another place, such as our own file, would not send a strict cookie with a redirect.
    """
    there = json.dumps(where).replace("<", "\\u003c")
    link = f'<a href="{html.escape(where)}">Evenkeel</a>'
    return f"<!doctype html><title>Evenkeel</title><script>location.replace({there})</script>{link}".encode()


def _same(given: str, known: str) -> bool:
    return bool(given) and hmac.compare_digest(given.encode(), known.encode())


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


@dataclass
class Ticket:
    """What an address may be exchanged for the cookie with, a few times and not for long. None: any number of times."""

    text: str = field(repr=False)
    uses: int | None = USES
    until: float | None = None

    def take(self, given: str, now: float) -> bool:
        """Is this it, and is it still good? The time runs from the first use."""
        if not _same(given, self.text):
            return False
        if self.uses is None:
            return True
        self.until = now + MINUTES * 60 if self.until is None else self.until
        self.uses -= 1
        return self.uses >= 0 and now < self.until


class Gate:
    """ASGI middleware that lets in this machine's own browser and nobody else. `uses` None: the ticket never ends."""

    def __init__(
        self,
        inner: Asgi,
        port: int,
        ticket: str,
        uses: int | None = USES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.inner, self.port, self.now = inner, port, now
        self.tickets = [Ticket(ticket, uses)]
        self.secret = secrets.token_urlsafe(32)
        self.cookie = f"evenkeel_{port}"
        self.hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self.origins = frozenset(f"http://{host}" for host in self.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.inner(scope, receive, send)
        socket = scope["type"] == "websocket"
        ask = Ask.read(scope, self.cookie)
        if not self._at_home(ask, socket) or scope["path"] in HIDDEN:
            return await self._refuse(socket, receive, send)
        if _same(ask.cookie, self.secret):
            return await self.inner(scope, receive, send if socket else self._dressed(send))
        if not socket and self._take(ask.ticket):
            return await self._welcome(scope["path"], ask, send)
        return await self._refuse(socket, receive, send)

    def _at_home(self, ask: Ask, socket: bool) -> bool:
        origin = ask.origin in self.origins or (ask.origin is None and not socket)
        return ask.host in self.hosts and origin

    def make_ticket(self, uses: int = 1) -> str:
        """A new ticket beside the first."""
        self.tickets.append(Ticket(secrets.token_urlsafe(32), uses))
        return self.tickets[-1].text

    def _take(self, given: str) -> bool:
        return any([ticket.take(given, self.now()) for ticket in self.tickets])

    def _dressed(self, send: Send) -> Send:
        async def dressed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                drop = (b"access-control-allow-origin", b"cache-control")
                kept = [(k, v) for k, v in message["headers"] if k.lower() not in drop]
                message["headers"] = kept + headers_of(self.port)
            await send(message)

        return dressed

    async def _welcome(self, path: str, ask: Ask, send: Send) -> None:
        """Exchange the ticket for the cookie, and drop it from the address."""
        where = "/" + quote(path.lstrip("/\\")) + (f"?{ask.rest}" if ask.rest else "")
        cookie = f"{self.cookie}={self.secret}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"set-cookie", cookie.encode()), *headers_of(self.port)]
        if ask.afar:
            headers.append((b"content-type", b"text/html; charset=utf-8"))
            return await _answer(200, headers, onward(where), send)
        await _answer(303, [(b"location", where.encode()), *headers], b"", send)

    async def _refuse(self, socket: bool, receive: Receive, send: Send) -> None:
        if socket:
            await receive()
            return await send({"type": "websocket.close", "code": 4403})
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *headers_of(self.port)]
        await _answer(
            403, headers, b"Open Evenkeel from its own window. Start it again for a new address.", send
        )


async def _answer(status: int, headers: list[tuple[bytes, bytes]], body: bytes, send: Send) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
