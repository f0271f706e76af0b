"""One node before several cells: finds the cell of a request, and lets that cell's own API answer it.

The key in a request's proof says which device asks. It is not checked here: the cell does that. A cell that cannot be
reached is unwell for its own patients, and for nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.server.api import create_app
from sync.server.cells import Cells, Found
from sync.server.clinic import Clinic
from sync.server.errors import DatabaseError, Unreachable
from sync.server.guard import DEADLINE, refuse
from sync.server.journal import Journal, to_stderr
from sync.server.proof import claimed_thumb

KNOWN = 100_000
SHORT = 4096
ENROL = "/v1/enrol"


class Front:
    """Pure ASGI over the cells' APIs. What it remembers of devices is a hint and may be forgotten at any time.

    A cell that is away when the front starts gets its API when it is back. `how` is said to each, as to `create_app`.
    """

    def __init__(self, clinics: Mapping[str, Clinic], **how: Any) -> None:
        self.cells, self._how = Cells(clinics), how
        self._journal = Journal(how.get("log", to_stderr))
        self._deadline: float = how.get("deadline", DEADLINE)
        self._apps: dict[str, ASGIApp] = {}
        self._homes: dict[str, str] = {}
        self._lock = threading.Lock()
        for name in clinics:
            with contextlib.suppress(Unreachable):
                self._api(name)

    def release(self) -> None:
        """Answer everybody who waits for news, in every cell: this node is about to stop."""
        for clinic in self.cells.clinics.values():
            clinic.database.hints.release()

    def _api(self, name: str) -> ASGIApp:
        with self._lock:
            if name not in self._apps:
                self._apps[name] = create_app(self.cells.clinics[name], **self._how)
            return self._apps[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await next(iter(self._apps.values()))(scope, receive, send)
            return
        thumb = claimed_thumb(_header(scope, b"dpop"))
        found = await self._home(thumb) if thumb else Found(None, True)
        if scope["path"] == ENROL:
            try:
                async with asyncio.timeout(self._deadline):
                    code, receive = await _code_in(receive)
            except TimeoutError:
                return await self._refuse(scope, send, 408, b"too_slow")
            issued = await run_in_threadpool(self.cells.of_code, code)
            if found.cell and issued.cell and found.cell != issued.cell:
                return await self._refuse(scope, send, 421, b"elsewhere")
            found = found if found.cell else issued
        await self._pass(found, scope, receive, send)

    async def _pass(self, found: Found, scope: Scope, receive: Receive, send: Send) -> None:
        """To the cell that knows it. What all cells say they do not know, any of them refuses in its own words."""
        name = found.cell or next(iter(self._apps), None)
        if name is None or not (found.cell or found.sure):
            return await self._refuse(scope, send, 503, b"unwell")
        try:
            api = await run_in_threadpool(self._api, name) if name not in self._apps else self._apps[name]
        except DatabaseError:
            return await self._refuse(scope, send, 503, b"unwell")
        await api(scope, receive, send)

    async def _refuse(self, scope: Scope, send: Send, status: int, error: bytes) -> None:
        await refuse(send, status, error)
        self._journal.request(scope["method"], "-", status, 0.0, None)

    async def _home(self, thumb: str) -> Found:
        known = self._homes.get(thumb)
        if known is not None:
            return Found(known, True)
        found = await run_in_threadpool(self.cells.of_device, thumb)
        if found.cell is not None:
            if len(self._homes) >= KNOWN:
                self._homes.clear()
            self._homes[thumb] = found.cell
        return found


async def _code_in(receive: Receive) -> tuple[str, Receive]:
    """The code in a short body, and a way to read that body again. A long body is the cell's to refuse."""
    heard: list[Message] = []
    body, more = b"", True
    while more and len(body) <= SHORT:
        message = await receive()
        heard.append(message)
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)

    async def again() -> Message:
        return heard.pop(0) if heard else await receive()

    return _code(body), again


def _code(body: bytes) -> str:
    try:
        said = json.loads(body)["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return said if isinstance(said, str) and said.isprintable() else ""


def _header(scope: Scope, name: bytes) -> str:
    found: str = dict(scope["headers"]).get(name, b"").decode("latin-1")
    return found
