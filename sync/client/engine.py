"""Drives the conversation: once when asked, or for as long as the app runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sync.client.pieces import Pieces
from sync.client.schedule import Schedule
from sync.client.transport import Transport
from sync.protocol.errors import Erased, Offline, ReportedLost, SyncError, TooNew, TooOld, Unauthorised
from sync.protocol.flow import Answer, Fetch, Replica, Step, sync_flow
from sync.protocol.wire import PAGE_BYTES

log = logging.getLogger(__name__)
Obey = Callable[[str], Awaitable[bool]]


async def keep_it(_order: str) -> bool:
    """Obeys no order: a record that nobody is there to erase."""
    return False


@dataclass
class Outcome:
    """What one conversation moved."""

    received: int = 0
    sent: int = 0
    reset: int = 0


@dataclass
class Link:
    """What the thin line under each title says of the connection, and who wants to hear it."""

    word: str = "paused"  # up-to-date, working, offline, trouble, paused, sign-in, too-old, too-new, full
    at: datetime | None = None
    _heard: list[Callable[[], None]] = field(default_factory=list)

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard` when the word changes. Returns what stops it."""
        self._heard.append(heard)
        return lambda: self._heard.remove(heard) if heard in self._heard else None

    def say(self, word: str, at: datetime | None = None) -> None:
        """Change the word and tell."""
        changed = (word, at or self.at) != (self.word, self.at)
        self.word, self.at = word, at or self.at
        for heard in tuple(self._heard) if changed else ():
            heard()


class Engine:
    """Keeps one replica and its clinic together. All on one event loop, so no locks.

    `obey` is given the nonce of a proven order to erase the record, and says whether it did; then the engine is over.
    `stops` has the link's word for what stops the replica itself, as a full disk: no fault of the clinic's.
    """

    def __init__(
        self,
        replica: Replica,
        transport: Transport,
        now: Callable[[], datetime],
        link: Link | None = None,
        schedule: Schedule | None = None,
        limit: int = PAGE_BYTES,
        obey: Obey = keep_it,
        stops: Mapping[type[Exception], str] | None = None,
    ) -> None:
        self.replica, self.transport, self.now, self.limit = replica, transport, now, limit
        self.link, self.schedule = link or Link(), schedule or Schedule()
        self._woken = asyncio.Event()
        self.obey, self.stops = obey, stops or {}
        self._paused = self._over = False

    async def sync_once(self) -> Outcome:
        """One whole conversation. Raises a SyncError; what was settled before it stays settled.

        Erased is raised when the clinic said that this device was reported lost, and the record is gone.
        """
        try:
            return await self._converse()
        except ReportedLost as lost:
            self._over = True
            if await self.obey(str(lost.args[0])):
                raise Erased() from None
            self._over = False
            raise

    async def _converse(self) -> Outcome:
        outcome, pieces = Outcome(), Pieces(self.transport)
        flow = sync_flow(self.replica, limit=self.limit)
        step: Step = next(flow)
        try:
            while True:
                answer = await self._answer(step, pieces, outcome)
                try:
                    step = flow.send(answer)
                except StopIteration:
                    return outcome
                await asyncio.sleep(0)
        finally:
            await pieces.drop()

    async def _answer(self, step: Step, pieces: Pieces, outcome: Outcome) -> Answer:
        """The clinic's answer to one step, counted."""
        if isinstance(step, Fetch):
            data = await pieces.get(step)
            outcome.received += step.parts[0].segment.rows if data else 0
            return data
        reply = await self.transport.exchange(step)
        outcome.sent += sum(verdict.status in ("ok", "dup") for verdict in reply.verdicts)
        outcome.received += sum(len(page.rows) for page in reply.pages)
        outcome.reset += sum(page.reset is not None for page in reply.pages)
        return reply

    async def run(self) -> None:
        """Sync now, after each write, and from time to time; back off while the clinic cannot be reached."""
        while not self._over:
            self._woken.clear()
            if not self._paused:
                await self._attempt()
            if self._over:
                return
            wait = None if self._paused else self.schedule.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._woken.wait()

    def wake(self) -> None:
        """Something was written, or somebody wants to know: ask now."""
        self._woken.set()

    def pause(self, paused: bool) -> None:
        """Work offline on purpose, or stop doing so."""
        self._paused = paused
        if paused:
            self.link.say("paused")
        self.wake()

    async def _attempt(self) -> None:
        if self.link.word != "offline":
            self.link.say("working")
        try:
            await self.sync_once()
        except SyncError as error:
            self.schedule.failed()
            self.link.say(word_for(error))
            log.info("sync: %s", type(error).__name__)
        except Exception as error:
            self.schedule.failed()
            self.link.say(
                next((word for kind, word in self.stops.items() if isinstance(error, kind)), "trouble")
            )
            log.error("sync stopped: %s", type(error).__name__)
        else:
            self.schedule.worked()
            self.link.say("paused" if self._paused else "up-to-date", self.now())


def word_for(error: SyncError) -> str:
    """The link's word for what stopped a sync."""
    if isinstance(error, Erased):
        return "paused"
    if isinstance(error, Unauthorised):
        return "sign-in"
    if isinstance(error, TooOld):
        return "too-old"
    if isinstance(error, TooNew):
        return "too-new"
    return "offline" if isinstance(error, Offline) else "trouble"
