"""Drives the conversation: once when asked, or for as long as the app runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from sync.client.blobs import Carrier, Stock
from sync.client.link import Link, Word, Work, word_for
from sync.client.outcome import HoldCut, LetGo, Outcome, unheard
from sync.client.pieces import Pieces
from sync.client.schedule import Conditions, Schedule
from sync.client.transport import Transport
from sync.protocol.attachments import PART
from sync.protocol.errors import Erased, NotTheClinic, Offline, ReportedLost, SyncError, Unwell
from sync.protocol.flow import Answer, Fetch, Replica, Step, sync_flow
from sync.protocol.wire import MAX_MUTATIONS, PAGE_BYTES, Exchange, Reply

__all__ = ["Engine", "Link", "Outcome", "keep_it", "word_for"]
log = logging.getLogger(__name__)
Obey = Callable[[str], Awaitable[bool]]
LITTLE = 1


async def keep_it(_order: str) -> bool:
    """Obeys no order: a record that nobody is there to erase."""
    return False


class Engine:
    """Keeps one replica and its clinic together. All on one event loop, so no locks.

    `obey` is given the nonce of a proven order to erase the record, and says whether it did; then the engine is over.
    `stops` has the link's word for what stops the replica itself, as a full disk: no fault of the clinic's.
    `count` says how many changes wait to be sent. `shelf` holds the attachments, where there are any.
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
        stops: Mapping[type[Exception], Word] | None = None,
        count: Callable[[], int] = lambda: 0,
        shelf: Stock | None = None,
    ) -> None:
        self.replica, self.transport, self.now, self.limit = replica, transport, now, limit
        self.link, self.schedule = link or Link(), schedule or Schedule()
        self.obey, self.stops, self.count = obey, stops or {}, count
        self.carrier = Carrier(shelf, transport, lambda: self.schedule.conditions.metered) if shelf else None
        self._stir, self._due = asyncio.Event(), True
        self._paused = self._stopped = self._over = False

    async def sync_once(self, hold: int = 0) -> Outcome:
        """One whole conversation; the clinic may hold its beginning. Raises a SyncError; what was settled stays so.

        Erased is raised when the clinic said that this device was reported lost, and the record is gone.
        """
        try:
            return await self._everything(hold)
        except ReportedLost as lost:
            self._over = True
            if await self.obey(str(lost.args[0])):
                raise Erased() from None
            self._over = False
            raise

    async def _everything(self, hold: int) -> Outcome:
        """Talk, then carry attachments; whatever may go meanwhile, goes at once. Stopped, it carries no more."""
        outcome = await self._converse(hold)
        if self.carrier is not None and not self._stopped:
            async with contextlib.aclosing(self.carrier.carry()) as steps:
                async for work in steps:
                    if self.replica.pending(1):
                        outcome.add(await self._converse(0))
                    if self._stopped:
                        break
                    if (work.total or 0) > PART:
                        self.link.say("working", work=work)
        if self.carrier is not None and self._stopped:
            outcome.more = outcome.more or self.carrier.is_needed()
        return outcome

    async def _converse(self, hold: int) -> Outcome:
        """Step by step. Stopped by the person it ends behind the step in hand; from then on it only sends."""
        outcome, pieces = Outcome(), Pieces(self.transport)
        before, queue = dict(self.replica.cursors()), self.count()
        flow = sync_flow(self.replica, limit=LITTLE if self._stopped else self.limit, wait=hold)
        try:
            step = next(flow)
            while True:
                self._tell(step, outcome, queue)
                answer = await self._answer(step, pieces, outcome)
                step = flow.send(answer)
                if self._stopped:
                    outcome.more = True
                    return outcome
                await asyncio.sleep(0)
        except StopIteration:
            outcome.moved = dict(self.replica.cursors()) != before
            return outcome
        finally:
            flow.close()
            await pieces.drop()

    def _tell(self, step: Step, outcome: Outcome, queue: int) -> None:
        """Say how far long work is."""
        work = None
        if isinstance(step, Fetch):
            work = Work("getting", step.parts[0].done, step.parts[0].total)
        elif step.mutations and queue > MAX_MUTATIONS:
            work = Work("sending", min(outcome.judged, queue), queue)
        elif outcome.more:
            work = Work("getting", outcome.received)
        if work and not self._stopped:
            self.link.say("working", work=work)

    async def _answer(self, step: Step, pieces: Pieces, outcome: Outcome) -> Answer:
        """The clinic's answer to one step, counted."""
        if isinstance(step, Fetch):
            data = await pieces.get(step)
            outcome.received += step.parts[0].segment.rows if data else 0
            return data
        began = asyncio.get_running_loop().time()
        reply = await (self._hold(step) if step.wait else self.transport.exchange(step))
        if step.wait:
            outcome.held, outcome.took = step.wait, asyncio.get_running_loop().time() - began
        outcome.sent += sum(verdict.status in ("ok", "dup") for verdict in reply.verdicts)
        outcome.judged += len(reply.verdicts)
        outcome.received += sum(len(page.rows) for page in reply.pages)
        outcome.reset += sum(page.reset is not None for page in reply.pages)
        outcome.more = reply.more
        return reply

    async def _hold(self, exchange: Exchange) -> Reply:
        """The reply to an exchange that the clinic may hold. Raises LetGo as soon as there is something else to do."""
        asked = asyncio.ensure_future(self.transport.exchange(exchange))
        stirred = asyncio.ensure_future(self._stir.wait())
        try:
            await asyncio.wait({asked, stirred}, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise LetGo()
            return asked.result()
        except (Offline, Unwell, NotTheClinic) as error:
            raise HoldCut() from error
        finally:
            stirred.cancel()
            asked.cancel()
            asked.add_done_callback(unheard)

    async def run(self) -> None:
        """Sync now, after each write, and whenever the schedule says; back off while the clinic cannot be reached."""
        hold = 0
        while not self._over:
            if not self._paused:
                self._due = False
                await self._attempt(hold)
            hold = await self._rest()

    async def _rest(self) -> int:
        """Wait until it is time to ask again. Returns for how many seconds the clinic may hold that."""
        clock = asyncio.get_running_loop().time
        began = clock()
        while not self._over:
            self._stir.clear()
            if self._due and not self._paused:
                break
            pause, hold = self.schedule.next()
            idle = self._paused or (self._stopped and not self.schedule.failures)
            left = None if idle else began + pause - clock()
            if left is not None and left <= 0:
                return hold
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._stir.wait()
        return 0

    def wake(self) -> None:
        """Something was written, or somebody wants to know: ask now."""
        self._due = True
        self._stir.set()

    def pause(self, paused: bool) -> None:
        """Work offline on purpose, or stop doing so."""
        self._paused, self._stopped = paused, False
        if paused:
            self.link.say("paused")
        self.wake()

    def stop(self) -> None:
        """Stop the long work under way, behind the piece in hand. What is here stays; new changes still go out."""
        if self.link.work:
            self._stopped = True
            self.link.say("stopped", work=self.link.work)

    def go_on(self) -> None:
        """Go on with what was stopped."""
        self._stopped = False
        self.wake()

    def consider(self, conditions: Conditions) -> None:
        """What the device allows has changed. In sight again, or connected again: ask now."""
        before, self.schedule.conditions = self.schedule.conditions, conditions
        if (conditions.seen and not before.seen) or (conditions.online and not before.online):
            self.wake()
        elif conditions != before:
            self._stir.set()

    async def _attempt(self, hold: int = 0) -> None:
        if not hold and not self._stopped and self.link.word != "offline":
            self.link.say("working")
        try:
            outcome = await self.sync_once(hold)
        except LetGo:
            return
        except HoldCut:
            self.schedule.cut()
        except SyncError as error:
            self._failed(error)
            log.info("sync: %s", type(error).__name__)
        except Exception as error:
            self._failed(error)
            log.error("sync stopped: %s", type(error).__name__)
        else:
            self._worked(outcome)

    def _failed(self, error: Exception) -> None:
        self.schedule.failed()
        stops = (word for kind, word in self.stops.items() if isinstance(error, kind))
        self.link.say(next(stops, word_for(error)))

    def _worked(self, outcome: Outcome) -> None:
        if outcome.held:
            self.schedule.held(outcome.took, outcome.held, outcome.moved)
        else:
            self.schedule.worked()
        self._stopped = self._stopped and outcome.more
        word: Word = "paused" if self._paused else "stopped" if self._stopped else "up-to-date"
        self.link.say(word, self.now(), self.link.work if self._stopped else None)
