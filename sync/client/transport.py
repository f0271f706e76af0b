"""HTTP to the clinic: sends exchanges, signs in when asked to, and says plainly what went wrong.

httpx is imported where it is used: the app starts without it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sync.client.answers import ERRORS, Enrolled, Token, clinic_in, error_in, older_than, read, version_in
from sync.client.auth import Credentials, prove
from sync.client.orders import order_for
from sync.client.packing import MAX_PACKED, pack, unpack
from sync.protocol.errors import (
    Missing,
    NotTheClinic,
    Offline,
    ReportedLost,
    Revoked,
    TooNew,
    TooOld,
    Unauthorised,
    Unwell,
    WrongClinic,
)
from sync.protocol.version import PROTOCOL
from sync.protocol.wire import Exchange, Reply

if TYPE_CHECKING:
    import ssl

    import httpx

SYNC = "/v1/sync"
SMALL = 1000
PATIENCE, SLOWEST = 120.0, 1000
NONCE = re.compile(r"[!-~]{1,200}")


@dataclass
class Traffic:
    """What a conversation cost: requests and bytes on the wire."""

    requests: int = 0
    up: int = 0
    down: int = 0


class Transport:
    """The clinic at one address, for one device. `kept` is called when a token or nonce changed."""

    def __init__(
        self,
        credentials: Credentials,
        client: httpx.AsyncClient | None = None,
        kept: Callable[[Credentials], None] = lambda _: None,
    ) -> None:
        self.credentials, self.kept, self.traffic = credentials, kept, Traffic()
        self.speaks, self.packs = PROTOCOL, True
        self._client = client

    @property
    def client(self) -> httpx.AsyncClient:
        """The HTTP client, made at first use."""
        if self._client is None:
            from http.cookiejar import DefaultCookiePolicy

            import httpx

            self._client = httpx.AsyncClient(
                verify=trusted(self.credentials.server),
                timeout=httpx.Timeout(30, connect=5),
                limits=httpx.Limits(keepalive_expiry=3),
                follow_redirects=False,
                trust_env=False,
            )
            self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
        return self._client

    async def enrol(self, code: str, label: str) -> Enrolled:
        """Use up an activation code. Returns the clinic's answer: device id and scopes."""
        answer = await self._signed("/v1/enrol", {"code": code, "label": label})
        return read(Enrolled, answer)

    async def exchange(self, exchange: Exchange) -> Reply:
        """One round of the conversation, signing in first where needed."""
        try:
            return await self._exchanged(exchange)
        except (TooNew, TooOld) as error:
            older = older_than(self.speaks, error)
            if older is None:
                raise
            self.speaks = older
        return await self._exchanged(exchange)

    async def _exchanged(self, exchange: Exchange) -> Reply:
        return read(Reply, await self.ask(SYNC, exchange.said_in(self.speaks)))

    async def ask(self, path: str, said: bytes) -> bytes:
        """The body of the clinic's answer to this device, signing in first where needed."""
        return self._good(*await self._asked(path, said))

    async def fetch(self, path: str, said: bytes) -> bytes:
        """The bytes of an answer that is not JSON. Raises Missing where the clinic has them not, or not any more."""
        status, headers, body = await self._asked(path, said)
        if status == 200 and headers.get("content-type", "").startswith("application/octet-stream"):
            return body
        if status == 404 and error_in(body):
            raise Missing()
        self._good(status, headers, body)
        raise NotTheClinic()

    async def _asked(self, path: str, said: bytes) -> tuple[int, httpx.Headers, bytes]:
        """Ask with a token, as often as it takes to have one that is taken."""
        for _ in range(3):
            if not self.credentials.token:
                await self._sign_in()
            status, headers, body = await self._post(path, said, self.credentials.token)
            if status != 401:
                break
            if error_in(body) not in ("use_dpop_nonce", "invalid_token"):
                raise self._refusal(body) or Unauthorised()
            if error_in(body) == "invalid_token":
                self.credentials.token = ""
        return status, headers, body

    async def say_erased(self, order: str) -> None:
        """Tell the clinic that the order of this nonce was obeyed. The key alone speaks: access has ended."""
        await self._signed("/v1/erased", {"order": order})

    async def close(self) -> None:
        """Let the connection go."""
        if self._client is not None:
            await self._client.aclose()

    async def _sign_in(self) -> None:
        answer = read(Token, await self._signed("/v1/token", {}))
        self.credentials.token, self.speaks = answer.token, PROTOCOL
        self.credentials.wipe_key = self.credentials.wipe_key or answer.wipe_key
        self.kept(self.credentials)

    async def _signed(self, path: str, body: dict[str, Any]) -> bytes:
        import json

        data = json.dumps(body).encode()
        status, headers, answer = await self._post(path, data)
        if status == 401 and error_in(answer) == "use_dpop_nonce":
            status, headers, answer = await self._post(path, data)
        return self._good(status, headers, answer)

    async def _post(self, path: str, data: bytes, token: str = "") -> tuple[int, httpx.Headers, bytes]:
        import httpx

        sent = pack(data) if self._packable(path, data) else data
        headers = {
            "content-type": "application/json",
            "accept-encoding": "zstd, gzip",
            "dpop": prove(self.credentials, "POST", path, sent, token),
        }
        if sent is not data:
            headers["content-encoding"] = "zstd"
        if token:
            headers["authorization"] = f"DPoP {token}"
        url = self.credentials.server.rstrip("/") + path
        self.traffic.requests += 1
        self.traffic.up += len(sent)
        try:
            async with (
                asyncio.timeout(PATIENCE + len(sent) / SLOWEST) as patience,
                self.client.stream("POST", url, content=sent, headers=headers) as response,
            ):
                body = await self._read(response, patience)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ExceptionGroup) as error:
            raise NotTheClinic() from error
        except (httpx.TransportError, TimeoutError) as error:
            raise (NotTheClinic if is_of_a_certificate(error) else Offline)() from error
        self._remember_nonce(response.headers.get("dpop-nonce", ""))
        if response.status_code == 415 and sent is not data:
            self.packs = False
            return await self._post(path, data, token)
        return response.status_code, response.headers, body

    def _packable(self, path: str, data: bytes) -> bool:
        """Worth packing, and for a clinic that may know how to open it: release 0.1.0 does not."""
        return self.packs and self.speaks > 1 and path == SYNC and len(data) > SMALL

    async def _read(self, response: httpx.Response, patience: asyncio.Timeout) -> bytes:
        """The body, as long as it comes at a kilobyte a second at least."""
        raw, until = bytearray(), patience.when() or 0.0
        async for part in response.aiter_raw():
            self.traffic.down += len(part)
            raw += part
            patience.reschedule(until + len(raw) / SLOWEST)
            if len(raw) > MAX_PACKED:
                raise NotTheClinic()
        return unpack(bytes(raw), response.headers.get("content-encoding", "identity"))

    def _remember_nonce(self, nonce: str) -> None:
        if NONCE.fullmatch(nonce) and nonce != self.credentials.nonce:
            self.credentials.nonce = nonce
            self.kept(self.credentials)

    def _refusal(self, body: bytes) -> Exception | None:
        """What a refusal means. A wipe order counts only when it is meant and signed for this very device."""
        kind = ERRORS.get(error_in(body))
        if kind is Revoked and (order := order_for(self.credentials, body)):
            return ReportedLost(order.nonce)
        if kind in (TooNew, TooOld):
            return kind(version_in(body))
        pinned = self.credentials.wipe_key
        if kind is Unauthorised and pinned and clinic_in(body) not in ("", pinned):
            return WrongClinic()
        return kind() if kind else None

    def _good(self, status: int, headers: httpx.Headers, body: bytes) -> bytes:
        """The body of a good answer; otherwise the error that names what happened."""
        if not headers.get("content-type", "").startswith("application/json"):
            raise Unwell() if status >= 500 else NotTheClinic()
        if status == 200:
            return body
        if error := self._refusal(body):
            raise error
        if status in (401, 403):
            raise Unauthorised()
        raise NotTheClinic() if status < 400 or status in (404, 421) else Unwell()


def trusted(server: str) -> ssl.SSLContext | bool:
    """Who may vouch for the clinic. Over plain http nobody: reading all the authorities costs more than an exchange."""
    import ssl

    return not server.startswith("http://") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def is_of_a_certificate(error: BaseException | None) -> bool:
    """Did it fail because who answered could not show that it is the clinic?"""
    import ssl

    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None
