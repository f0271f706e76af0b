"""The app as a screen may reach it: the store, the connection, settings, the person in view, lock and enrolment."""

from __future__ import annotations

import asyncio
import contextlib
import platform
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from app import settings as stored
from app.contact import Contact, MakeTransport, over_http
from app.core.address import clean_address
from app.core.errors import OtherClinic, StoreFull
from app.settings import Settings
from app.specialty import SpecialtyProfile
from app.store import states
from app.vault import Vault, envelope
from sync.client.auth import Credentials, make_jwk
from sync.client.schedule import Schedule
from sync.models import Doc, Person
from sync.protocol.errors import NotTheClinic, Revoked, SyncError

CONTENT, WIPE = "content", "device_wipe_if_lost"
FAREWELL = 10.0


def address_of(typed: str) -> str:
    """The clinic's address as it is kept. Raises NotTheClinic for what is none, and for plain http over a network."""
    if (found := clean_address(typed)) is None:
        raise NotTheClinic()
    return found


class App(Contact):
    """One profile on one device: the record, in touch with its clinic; settings, the person in view. One event loop."""

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
        super().__init__(folder, vault, now, views, indices, transport, schedule)
        self.zone, self.profile = zone, profile
        self.settings: Settings = stored.load(folder)
        self._end_erasing()
        self._heard: list[Callable[[], None]] = []

    @property
    def is_enrolled(self) -> bool:
        """The clinic knows this device, as far as can be told while it is locked."""
        return self.vault.exists and (not self.is_open or bool(self.credentials().device))

    @property
    def has_record(self) -> bool:
        """There is a record to show: a clinic knows this device, or a backup was brought back to it."""
        return self.is_enrolled or (self.is_open and bool(self.store.rows("SELECT 1 FROM docs LIMIT 1")))

    def entered(self) -> None:
        """The record is open: look at the person last seen, and keep in touch with the clinic."""
        if self.settings.reported_lost:
            with contextlib.suppress(StoreFull):
                self.change_settings(reported_lost=False)
        self.store.scope = self.store.state("scope", "")
        self.store.clinic_key = self.credentials().wipe_key
        self.store.listen({"written"}, lambda _: self.wake())
        self._connect()
        self._tell()

    def leaving(self) -> None:
        """The record is about to close."""
        self._stop()

    def left(self) -> None:
        """The record is closed."""
        self._tell()

    def met(self) -> None:
        """It is known what this device can do."""
        self._tell()

    @property
    def works_offline(self) -> bool:
        """Does the person want no connection?"""
        return self.settings.offline

    @property
    def asks_person(self) -> bool:
        """Must the phone see finger or face before its keystore opens the record?"""
        return self.settings.biometric

    # --- enrolment

    async def enrol(self, server: str, code: str, passcode: str, label: str = "") -> None:
        """Join the clinic at `server` with an activation code. The passcode opens, or founds, the vault.

        Until the clinic has said yes, what this device knew of its clinic stays as it was.
        """
        server = address_of(server)
        async with self._door:
            if not self.is_open:
                await self.open_or_found(passcode)
        known = self.credentials()
        if known.device and known.server != server:
            raise OtherClinic()
        try:
            again = Credentials(server=server, jwk=known.jwk or make_jwk(), wipe_key=known.wipe_key)
            await self._join(again, code, label)
        except Revoked:
            anew = Credentials(server=server, jwk=make_jwk(), wipe_key=known.wipe_key)
            await self._join(anew, code, label)

    async def _join(self, fresh: Credentials, code: str, label: str) -> None:
        """Ask the clinic; only its yes changes anything. The key is kept first: a lost answer can be asked again."""
        if not self.credentials().device:
            self._keep_credentials(fresh)
        transport = self._transport(fresh, lambda _: None)
        try:
            answer = await transport.enrol(code, label or f"{platform.system() or 'My'} device")
        finally:
            await transport.close()
        fresh.device, fresh.wipe_key = answer.device, fresh.wipe_key or answer.wipe_key
        self.view(next((scope for scope in answer.scopes if scope != CONTENT), answer.scopes[0]))
        self._keep_credentials(fresh)
        self._connect()
        self._tell()

    def take_back(self, doc: Doc) -> None:
        """Undo a document: one that never left is gone; one that may be with the clinic is deleted there too."""
        sql = "SELECT mid FROM outbox WHERE scope = ? AND id = ? AND reason IS NULL ORDER BY n LIMIT 1"
        if rows := self.store.rows(sql, self.scope, doc.id):
            states.undo(self.store, rows[0]["mid"])
        else:
            self.store.delete(doc)

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
        """Change how the app looks or behaves on this device. It acts even where it cannot be kept: then StoreFull."""
        before, self.settings = self.settings, self.settings.having(**changes)
        try:
            stored.save(self.folder, self.settings)
        finally:
            if self.engine and before.offline != self.settings.offline:
                self.engine.pause(self.settings.offline)
            if self.is_open:
                self.store.announce({"settings"})
            self._tell()

    # --- reported lost

    @property
    def wipes_if_lost(self) -> bool:
        """May the clinic have the record erased when this device is reported lost? Yes, until the person says no."""
        return self.store.state(WIPE) is not False

    def wipe_if_lost(self, may: bool) -> None:
        """Keep the person's word on that in the record, for this device alone. Raises a StoreError."""
        self.store.keep(**{WIPE: may})

    async def obey(self, order: str) -> bool:
        """The clinic's proven word that this device was reported lost: erase the record now, then tell it if it hears.

        False, and nothing is done, where the person switched that off. `order` is the nonce that the clinic is told.
        """
        async with self._door:
            if self.engine is None or not self.wipes_if_lost:
                return False
            transport, self.engine, self._task = self.engine.transport, None, None
            transport.kept = lambda _: None
            with contextlib.suppress(Exception):  # a screen that fails on the way out keeps no key
                self.lock()
            with contextlib.suppress(Exception):
                self.change_settings(reported_lost=True, trust=False)
            await asyncio.to_thread(self._destroy)
        self.left()
        with contextlib.suppress(SyncError, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                await transport.say_erased(order)
        await transport.close()
        return True

    def _end_erasing(self) -> None:
        """An erase that began and was cut short after the keys is ended now. Nothing else is reason to erase."""
        if envelope.is_half_erased(self.folder):
            envelope.destroy(self.folder)
            self._destroy_files()
        envelope.end_erasing(self.folder)

    # --- hearing

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard` when the app was locked, unlocked, enrolled or set differently. Returns what stops it."""
        self._heard.append(heard)
        return lambda: self._heard.remove(heard) if heard in self._heard else None

    def _tell(self) -> None:
        for heard in tuple(self._heard):
            heard()
