"""Who waits for news of which scope, and how they hear of it.

A hint says only "look again": the feed is the truth. Hints may get lost, come twice or come for nothing; every hold
ends by its time, so a lost one costs seconds and never data. No hint carries more than the mark of a scope.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, cast, get_args

from sync.server.errors import BadHints

Mode = Literal["auto", "local", "off"]
Ear = Callable[["Hints", threading.Event], None]
MOST = 20_000
AT_ONCE = 4
PATIENCE = 2.0


def mark(scope: str) -> str:
    """A short name of a scope that says nothing about whose it is."""
    return hashlib.sha256(scope.encode()).hexdigest()[:32]


def mode_of(said: str | None) -> Mode:
    """How hints travel: `auto` between processes too, `local` inside this one, `off` not at all. Raises BadHints."""
    found = said or os.environ.get("EVENKEEL_HINTS") or "auto"
    if found not in get_args(Mode):
        raise BadHints(found)
    return cast(Mode, found)


class Hold:
    """One request that waits. Nothing but a future on the event loop: no thread, no connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._stirred, self._over = loop, loop.create_future(), False

    def stir(self) -> None:
        """There may be news."""
        if not self._stirred.done():
            self._stirred.set_result(None)

    def end(self) -> None:
        """Wait no longer, whatever there is."""
        self._over = True
        self.stir()

    async def news(self, until: float) -> bool:
        """Wait until the loop's clock says `until`. True when it is worth looking; False when the wait is over."""
        try:
            async with asyncio.timeout_at(until):
                await self._stirred
        except TimeoutError:
            return False
        self._stirred = self._loop.create_future()
        return not self._over


class Hints:
    """Everybody who waits in this process: at most `most`, and one hold a device. `ear` hears other processes.

    `tell` may be called from any thread; everything else belongs to the event loop that serves.
    """

    def __init__(self, mode: Mode = "auto", ear: Ear | None = None, most: int = MOST) -> None:
        self.mode, self.most = mode, most
        self._ear = ear if mode == "auto" else None
        self._waiting: dict[str, set[Hold]] = {}
        self._devices: dict[str, Hold] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop, self._thread = threading.Event(), cast("threading.Thread | None", None)
        self._closed = False

    @property
    def holds(self) -> int:
        """How many wait now."""
        return len(self._devices)

    def waited_for(self) -> bool:
        """Does anybody wait? Otherwise nobody needs to listen."""
        return bool(self._devices)

    @contextlib.contextmanager
    def hold(self, device: str, scopes: Iterable[str]) -> Iterator[Hold | None]:
        """A place to wait for news of these scopes; None where there is none. Take it before reading the feed.

        A newer hold of the same device ends the older one.
        """
        older = self._devices.pop(device, None)
        if older:
            older.end()
        if self._closed or self.mode == "off" or self.holds >= self.most:
            yield None
            return
        marks = [mark(scope) for scope in scopes]
        mine = self._devices[device] = Hold(self._here())
        for one in marks:
            self._waiting.setdefault(one, set()).add(mine)
        try:
            yield mine
        finally:
            self._leave(device, marks, mine)

    def _leave(self, device: str, marks: list[str], mine: Hold) -> None:
        if self._devices.get(device) is mine:
            del self._devices[device]
        for one in marks:
            self._waiting[one].discard(mine)
            if not self._waiting[one]:
                del self._waiting[one]

    def _here(self) -> asyncio.AbstractEventLoop:
        """The loop that waits; other processes are listened to from the first hold on."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self.turn = loop, asyncio.Semaphore(AT_ONCE)
        if self._ear and self._thread is None:
            self._thread = threading.Thread(
                target=self._ear, args=(self, self._stop), name="hints", daemon=True
            )
            self._thread.start()
        return loop

    def tell(self, one: str) -> None:
        """Something was committed in the scope of this mark."""
        if one in self._waiting:
            self._on_loop(self._stir, one)

    def tell_all(self) -> None:
        """Hints may have been missed: everybody looks again."""
        if self._devices:
            self._on_loop(self._stir, *tuple(self._waiting))

    def _stir(self, *marks: str) -> None:
        for one in marks:
            for hold in self._waiting.get(one, ()):
                hold.stir()

    def _on_loop(self, call: Callable[..., None], *said: str) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(call, *said)

    def release(self) -> None:
        """Answer everybody who waits, and let nobody wait from now on: this node is about to stop."""
        self._closed = True
        for hold in tuple(self._devices.values()):
            hold.end()

    def close(self) -> None:
        """Stop listening to other processes."""
        self._closed = True
        self._stop.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)
            self._thread = None
