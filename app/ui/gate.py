"""The gate of the local web host: who may ask, and what the browser may do with the answer.

Rules: the right Host, the right Origin, and the secret of this run; all three, for pages and for the socket.
The secret comes once in the address and lives on in a cookie that no script can read.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
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
    token: str
    rest: str

    @classmethod
    def read(cls, scope: Scope, cookie_name: str) -> Ask:
        """Read the headers and the query of an ASGI scope."""
        found = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        token = next((value for name, value in query if name == "t"), "")
        rest = urlencode([(name, value) for name, value in query if name != "t"])
        return cls(
            found.get("host", ""),
            found.get("origin"),
            _cookie(found.get("cookie", ""), cookie_name),
            token,
            rest,
        )


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


class Gate:
    """ASGI middleware that lets in this machine's own browser and nobody else."""

    def __init__(self, inner: Asgi, port: int, token: str) -> None:
        self.inner, self.port, self.token = inner, port, token
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
        if self._same(ask.cookie):
            return await self.inner(scope, receive, send if socket else self._dressed(send))
        if not socket and self._same(ask.token):
            return await self._welcome(scope["path"], ask.rest, send)
        return await self._refuse(socket, receive, send)

    def _at_home(self, ask: Ask, socket: bool) -> bool:
        origin = ask.origin in self.origins or (ask.origin is None and not socket)
        return ask.host in self.hosts and origin

    def _same(self, given: str) -> bool:
        return bool(given) and hmac.compare_digest(given.encode(), self.token.encode())

    def _dressed(self, send: Send) -> Send:
        async def dressed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                drop = (b"access-control-allow-origin", b"cache-control")
                kept = [(k, v) for k, v in message["headers"] if k.lower() not in drop]
                message["headers"] = kept + headers_of(self.port)
            await send(message)

        return dressed

    async def _welcome(self, path: str, rest: str, send: Send) -> None:
        """Turn the secret in the address into a cookie, and drop it from the address."""
        where = "/" + path.lstrip("/\\") + (f"?{rest}" if rest else "")
        cookie = f"{self.cookie}={self.token}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"location", where.encode()), (b"set-cookie", cookie.encode()), *headers_of(self.port)]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _refuse(self, socket: bool, receive: Receive, send: Send) -> None:
        if socket:
            await receive()
            return await send({"type": "websocket.close", "code": 4403})
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *headers_of(self.port)]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": b"Open Evenkeel from its own window."})
