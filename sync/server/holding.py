"""Answers an exchange: at once when there is something to say, else when there is, or when its time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.concurrency import run_in_threadpool

from sync.protocol.wire import Exchange
from sync.server.clinic import Clinic
from sync.server.exchange import answer
from sync.server.gate import Gate, Visitor
from sync.server.hints import Hold
from sync.server.snapshots import Snapshots

HOLDS_SINCE = 2
NOTHING = {"rows": [], "more": False}
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Reply = dict[str, Any]


class Holding:
    """Exchanges that may wait for news. Waiting takes no thread and no database connection."""

    def __init__(self, clinic: Clinic, gate: Gate, snapshots: Snapshots) -> None:
        self.clinic, self.gate, self.snapshots = clinic, gate, snapshots
        self.hints = clinic.database.hints

    async def reply(self, visitor: Visitor, asked: Exchange, receive: Receive) -> Reply:
        """The reply as it travels. `receive` tells when the device has gone. Raises Deny when its access ended."""
        if not asked.wait or asked.v < HOLDS_SINCE or asked.mutations or asked.confirm:
            return await self._answer(visitor, asked)
        until = asyncio.get_running_loop().time() + asked.wait
        with self.hints.hold(visitor.device, visitor.grants) as hold:
            reply = await self._answer(visitor, asked)
            if hold is None or is_news(asked, reply):
                return reply
            gone = asyncio.ensure_future(_end_when_gone(receive, hold))
            try:
                return await self._held(visitor, asked, reply, hold, until)
            finally:
                gone.cancel()

    async def _held(self, visitor: Visitor, asked: Exchange, reply: Reply, hold: Hold, until: float) -> Reply:
        """Wait and look again. A hint for a scope that many hold does not crowd everybody else out."""
        while not is_news(asked, reply) and await hold.news(until):
            async with self.hints.turn:
                visitor = await run_in_threadpool(self.gate.again, visitor.device)
                reply = await self._answer(visitor, asked)
        return reply

    async def _answer(self, visitor: Visitor, asked: Exchange) -> Reply:
        clinic, keys, snapshots = self.clinic, self.gate.keys, self.snapshots
        return await run_in_threadpool(answer, clinic.database, keys, clinic.clock, visitor, asked, snapshots)


def is_news(asked: Exchange, reply: Reply) -> bool:
    """Does the reply say anything that the device does not know?"""
    quiet = ({**NOTHING, "scope": scope, "cursor": cursor} for scope, cursor in asked.cursors.items())
    known = {page["scope"]: page for page in quiet}
    news = (page for page in reply["pages"] if page != known.get(page["scope"]))
    return bool(reply["verdicts"] or reply["ended"]) or any(news)


async def _end_when_gone(receive: Receive, hold: Hold) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    hold.end()
