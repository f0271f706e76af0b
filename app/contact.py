"""Keeping in touch with the clinic while the record is open: the engine, what the device allows it, and its line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from app.core.errors import StoreFull
from app.reading import Reader
from app.safe import Safe
from app.store import states
from app.store.shelf import Shelf
from app.vault import Vault
from sync.client.auth import Credentials
from sync.client.engine import Engine
from sync.client.link import Link
from sync.client.schedule import Schedule
from sync.client.transport import Transport

MakeTransport = Callable[[Credentials, Callable[[Credentials], None]], Transport]


def over_http(credentials: Credentials, kept: Callable[[Credentials], None]) -> Transport:
    """The way to the clinic of every real device."""
    return Transport(credentials, kept=kept)


class Contact(Safe):
    """The safe, in touch with its clinic. One event loop; `link` outlives every engine."""

    obey: Callable[[str], Awaitable[bool]]

    def __init__(
        self,
        folder: Path,
        vault: Vault,
        now: Callable[[], datetime],
        views: Mapping[str, str] | None,
        indices: Mapping[str, str] | None,
        transport: MakeTransport,
        schedule: Schedule | None,
    ) -> None:
        super().__init__(folder, vault, now, views, indices)
        self.link = Link()
        self.engine: Engine | None = None
        self._transport = transport
        self._schedule = schedule or Schedule()
        self._task: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def works_offline(self) -> bool:
        """Does the person want no connection?"""
        return False

    def credentials(self) -> Credentials:
        """What this device needs to speak with its clinic."""
        found = self.store.state("credentials")
        return Credentials(**found) if found else Credentials(server="", jwk={})

    def _keep_credentials(self, credentials: Credentials) -> None:
        if self.is_open:
            self.store.keep(credentials=asdict(credentials))
            self.store.clinic_key = credentials.wipe_key

    def _connect(self) -> None:
        """Make the engine for the clinic this device knows; `start` runs it."""
        self._stop()
        if not self.credentials().device:
            return
        store = self.store
        self.engine = Engine(
            store,
            self._transport(self.credentials(), self._keep_credentials),
            self.now,
            self.link,
            self._schedule,
            obey=self.obey,
            stops={StoreFull: "full"},
            count=lambda: states.unsent(store),
            shelf=Shelf(self.store),
        )
        self.engine.pause(self.works_offline)

    def start(self) -> None:
        """Keep in touch with the clinic in the background, on the running event loop."""
        if self.engine and self._task is None:
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self.engine.run())
            self._reader = loop.create_task(Reader(self.store, self.link).run())

    def wake(self) -> None:
        """Ask the clinic now rather than later."""
        if self.engine:
            self.engine.wake()

    def stop_work(self) -> None:
        """Stop the long work under way, behind the piece in hand; what is here stays."""
        if self.engine:
            self.engine.stop()

    def go_on(self) -> None:
        """Go on with what was stopped."""
        if self.engine:
            self.engine.go_on()

    def consider(self, **changes: bool) -> None:
        """What the device allows has changed: `seen`, `online`, `metered` or `low` of Conditions."""
        conditions = replace(self._schedule.conditions, **changes)
        if self.engine:
            self.engine.consider(conditions)
        self._schedule.conditions = conditions

    def _stop(self) -> None:
        if self._reader:
            self._reader.cancel()
            self._reader = None
        if self._task:
            self._task.cancel()
            self.link.say("paused")
        if self.engine and _loop_runs():
            self._closing = asyncio.ensure_future(self.engine.transport.close())
        self._task, self.engine = None, None


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
