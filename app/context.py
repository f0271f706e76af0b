"""The app as a screen may reach it: the store, the connection, settings, the person in view, lock and enrolment."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from app import settings as stored
from app.settings import Settings
from app.specialty import SpecialtyProfile
from app.store import Store, open_store
from app.vault import Vault
from sync.client.auth import Credentials, make_jwk
from sync.client.engine import Engine, Link
from sync.client.schedule import Schedule
from sync.client.transport import Transport
from sync.models import Person

CONTENT = "content"
MakeTransport = Callable[[Credentials, Callable[[Credentials], None]], Transport]


def over_http(credentials: Credentials, kept: Callable[[Credentials], None]) -> Transport:
    """The way to the clinic of every real device."""
    return Transport(credentials, kept=kept)


class App:
    """One profile on one device. `store` is there while the vault is open; one thread, one event loop."""

    store: Store

    def __init__(
        self,
        folder: Path,
        vault: Vault,
        now: Callable[[], datetime],
        zone: tzinfo,
        profile: SpecialtyProfile,
        *,
        views: Mapping[str, str] | None = None,
        indices: Mapping[str, str] | None = None,
        transport: MakeTransport = over_http,
        schedule: Schedule | None = None,
    ) -> None:
        self.folder, self.vault, self.now, self.zone, self.profile = folder, vault, now, zone, profile
        self.settings: Settings = stored.load(folder)
        self.link = Link()
        self.engine: Engine | None = None
        self._views, self._indices, self._transport = views, indices, transport
        self._schedule = schedule or Schedule()
        self._task: asyncio.Task[None] | None = None
        self._heard: list[Callable[[], None]] = []
        self.is_open = False

    # --- lock

    @property
    def locked(self) -> bool:
        """There is a record here, and it is closed."""
        return self.vault.exists and not self.is_open

    @property
    def is_enrolled(self) -> bool:
        """The clinic knows this device, as far as can be told while it is locked."""
        return self.vault.exists and (not self.is_open or bool(self.credentials().device))

    async def unlock(self, passcode: str) -> None:
        """Open vault and store. The stretching runs in a thread. Raises a VaultError or StoreError."""
        key = await asyncio.to_thread(self.vault.unlock, passcode)
        self._enter(key)

    def lock(self) -> None:
        """Close the store and forget the key; nothing of the record stays readable."""
        if self.is_open:
            self._stop()
            self.store.close()
            self.is_open = False
            self._tell()

    def _enter(self, key: bytes) -> None:
        self.store = open_store(self.folder, key, self.now, self._views, self._indices)
        self.is_open = True
        self.store.scope = self.store.state("scope", "")
        self.store.listen({"outbox"}, lambda _: self.wake())
        self._connect()
        self._tell()

    # --- enrolment

    def credentials(self) -> Credentials:
        """What this device needs to speak with its clinic."""
        found = self.store.state("credentials")
        return Credentials(**found) if found else Credentials(server="", jwk={})

    async def enrol(self, server: str, code: str, passcode: str, label: str = "") -> None:
        """Join the clinic at `server` with an activation code. The passcode opens, or founds, the vault."""
        if not self.is_open:
            step = self.vault.unlock if self.vault.exists else self.vault.create
            self._enter(await asyncio.to_thread(step, passcode))
        fresh = Credentials(server=server, jwk=self.credentials().jwk or make_jwk())
        self._keep_credentials(fresh)
        transport = self._transport(fresh, lambda _: None)
        try:
            answer = await transport.enrol(code, label or f"{platform.system() or 'My'} device")
        finally:
            await transport.close()
        self._keep_credentials(fresh)
        self.view(next(scope for scope in answer["scopes"] if scope != CONTENT))
        self._connect()
        self._tell()

    def _keep_credentials(self, credentials: Credentials) -> None:
        if self.is_open:
            self.store.keep(credentials=asdict(credentials))

    # --- the person in view

    @property
    def scope(self) -> str:
        """The scope of the person in view."""
        return self.store.scope

    @property
    def person(self) -> Person | None:
        """The person in view, once the clinic has said who that is."""
        people = self.store.find(Person)
        return people[0] if people else None

    def view(self, scope: str) -> None:
        """Look at this person's record from now on."""
        self.store.keep(scope=scope)
        self.store.scope = scope

    # --- settings

    def change_settings(self, **changes: Any) -> None:
        """Change how the app looks or behaves on this device."""
        before, self.settings = self.settings, self.settings.having(**changes)
        stored.save(self.folder, self.settings)
        if self.engine and before.offline != self.settings.offline:
            self.engine.pause(self.settings.offline)
        if self.is_open:
            self.store.announce({"settings"})
        self._tell()

    # --- connection

    def _connect(self) -> None:
        """Make the engine for the clinic this device knows, and run it where an event loop runs."""
        self._stop()
        if not self.credentials().device:
            return
        transport = self._transport(self.credentials(), self._keep_credentials)
        self.engine = Engine(self.store, transport, self.now, self.link, self._schedule)
        self.engine.pause(self.settings.offline)

    def start(self) -> None:
        """Keep in touch with the clinic in the background, on the running event loop."""
        if self.engine and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self.engine.run())

    def wake(self) -> None:
        """Ask the clinic now rather than later."""
        if self.engine:
            self.engine.wake()

    def _stop(self) -> None:
        if self._task:
            self._task.cancel()
        self._task, self.engine = None, None

    # --- hearing

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard` when the app was locked, unlocked, enrolled or set differently. Returns what stops it."""
        self._heard.append(heard)
        return lambda: self._heard.remove(heard) if heard in self._heard else None

    def _tell(self) -> None:
        for heard in tuple(self._heard):
            heard()
