"""One polite request to a FHIR server: within bounds, in good time, not too large, and again when it says later."""

from __future__ import annotations

import email.utils
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from sync.server.pull.address import Bounds
from sync.server.pull.outcome import outcome
from sync.server.pull.stops import (
    Busy,
    LongWait,
    Refused,
    Stop,
    TooLarge,
    TooSlow,
    Unreached,
    Unwelcome,
)

PAGE_BYTES = 64 << 20
HOPS, TRIES = 5, 5
SLOWEST, LONGEST_WAIT = 300.0, 120.0
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
BUSY, TROUBLED = (429, 503), (500, 502, 504)
PACKED = ("identity", "gzip", "")
"""Once and no more: what is packed twice, or by better means, may be a thousand times larger in one step."""
TYPES = "application/fhir+json, application/json;q=0.9"


class Signs(Protocol):
    """Who gives a token for each request, and a new one when the last was not taken."""

    def token(self) -> str:
        """A token that is good for now."""

    def forget(self) -> None:
        """The last token was not taken."""


@dataclass(frozen=True)
class Answer:
    """What came back: from which address in the end, and when by the server's own clock (UTC, ms), if it said."""

    url: str
    body: bytes = field(repr=False)
    at_ms: int | None = None


@dataclass
class Manners:
    """How patient, and by whose clock. `sleep` takes seconds; `clock` counts them."""

    bytes: int = PAGE_BYTES
    tries: int = TRIES
    slowest: float = SLOWEST
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    say: Callable[[str], None] = lambda _: None


class Peer:
    """The server at the other end. `signs` is None for an open one."""

    def __init__(
        self, bounds: Bounds, client: httpx.Client, signs: Signs | None = None, manners: Manners | None = None
    ) -> None:
        self.bounds, self.client, self.signs = bounds, client, signs
        self.manners = manners or Manners()

    def get(self, url: str) -> Answer:
        """Ask, as often as good manners allow. Raises a Stop; never asks out of bounds."""
        renewed = False
        tries = 0
        while True:
            try:
                status, answer, wait = self._followed(url)
            except (Unreached, TooSlow):
                tries += 1
                if tries >= self.manners.tries:
                    raise
                self._rest(tries, None)
                continue
            if status == 401 and self.signs and not renewed:
                self.signs.forget()
                renewed = True
            elif status in BUSY or status in TROUBLED:
                tries += 1
                if tries >= self.manners.tries:
                    raise Busy(status)
                self._rest(tries, wait)
            else:
                return _good(status, answer)

    def _rest(self, tries: int, asked: float | None) -> None:
        """Wait as long as the server asks, or twice as long each time."""
        if asked is not None and asked > LONGEST_WAIT:
            raise LongWait(round(asked))
        seconds = 2.0 ** (tries - 1) * random.uniform(0.75, 1.25) if asked is None else asked
        self.manners.say(f"waiting {seconds:.0f} s for the server")
        self.manners.sleep(seconds)

    def _followed(self, url: str) -> tuple[int, Answer, float | None]:
        """One answer, through redirects that stay within bounds."""
        for _ in range(HOPS):
            url = self.bounds.within(url, self.bounds.base)
            status, headers, body = self._once(url)
            if status not in (301, 302, 303, 307, 308) or "location" not in headers:
                return status, Answer(url, body, _moment(headers.get("date"))), _wait(headers)
            url = self.bounds.within(headers["location"], url)
        raise Refused(status, ", sent around in a circle")

    def _once(self, url: str) -> tuple[int, httpx.Headers, bytes]:
        headers = {"accept": TYPES, "accept-encoding": "gzip", "cache-control": "no-cache"}
        if self.signs:
            headers["authorization"] = f"Bearer {self.signs.token()}"
        try:
            with self.client.stream("GET", url, headers=headers) as response:
                if response.headers.get("content-encoding", "identity").lower() not in PACKED:
                    raise Refused(response.status_code, ", and packed it in a way that was not asked for")
                return response.status_code, response.headers, self._read(response)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Unreached(type(error).__name__) from None
        except (httpx.InvalidURL, ValueError):
            raise Refused("none", ", an address that cannot be asked") from None

    def _read(self, response: httpx.Response) -> bytes:
        """The body, unpacked as it comes, so that a small one cannot grow without limit."""
        body, until = bytearray(), self.manners.clock() + self.manners.slowest
        for part in response.iter_bytes():
            body += part
            if len(body) > self.manners.bytes:
                raise TooLarge(self.manners.bytes)
            if self.manners.clock() > until:
                raise TooSlow(round(self.manners.slowest))
        return bytes(body)


def _good(status: int, answer: Answer) -> Answer:
    if status == 200:
        return answer
    if status == 401:
        raise Unwelcome()
    raise refusal(status, answer.body)


def refusal(status: int, body: bytes) -> Stop:
    """A refusal with the code of its OperationOutcome. Its words are left out: they may hold a patient's."""
    said = outcome(body)
    return Refused(status, f", {said}" if said else "")


def _moment(said: str | None) -> int | None:
    """An HTTP date in milliseconds."""
    try:
        return round(email.utils.parsedate_to_datetime(said or "").timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return None


def _wait(headers: httpx.Headers) -> float | None:
    """How many seconds the server asks to be left alone: said as a number, or as a date by its own clock."""
    said = headers.get("retry-after", "").strip()
    if said.isdecimal() and len(said) < 10:
        return float(said)
    until, now = _moment(said), _moment(headers.get("date"))
    if until is None:
        return None
    return max(0.0, (until - (now if now is not None else time.time() * 1000)) / 1000)


def open_client(authority: str | None = None) -> httpx.Client:
    """A client that follows nothing by itself, keeps no cookies, and asks no proxy. Raises BadAuthority."""
    import ssl
    from http.cookiejar import DefaultCookiePolicy

    from sync.server.errors import BadAuthority

    try:
        trusted: ssl.SSLContext | bool = ssl.create_default_context(cafile=authority) if authority else True
    except (OSError, ssl.SSLError):
        raise BadAuthority(authority) from None
    client = httpx.Client(verify=trusted, timeout=TIMEOUT, follow_redirects=False, trust_env=False)
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return client
