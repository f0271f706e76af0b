"""The scene of a round: one clinic with one patient, its server as a process, devices as processes, a road between."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

from app.main import make_app
from app.vault import Vault
from sync.models import Lesson
from sync.server.clinic import Clinic
from tests.conftest import ROSA, bundle
from tests.sync.faults import checks
from tests.sync.faults.device import PASSCODE, clock, open_app
from tests.sync.faults.files import all_fetched
from tests.sync.faults.link import LOOPBACK, Link
from tests.sync.faults.processes import Device, Server, begun, ending
from tests.sync.faults.proxy import Proxy, on_a_thread

MOST, LONGEST = 25, 3.0


class Ward:
    """Rosa's clinic, behind a proxy, with devices that write all the while."""

    def __init__(self, folder: Path, url: str, seed: int, link: Link = LOOPBACK) -> None:
        self.folder, self.url, self.seed = folder, url, seed
        self.chance = random.Random(seed)
        self.server = Server(url, folder / "server.log")
        self.proxy = Proxy(self.server.port, link, chance=random.Random(seed))
        self.devices: list[Device] = []
        self.kills = self.files = 0

    @property
    def scope(self) -> str:
        """Rosa's scope."""
        return f"patient:{ROSA}"

    def found(self) -> None:
        """Make the clinic, with Rosa in it."""
        file = self.folder / "rosa.json"
        file.write_text(bundle(ROSA, "Rosa"))
        with self.clinic() as clinic:
            clinic.migrate()
            clinic.import_paths([file])
            clinic.put("content", Lesson(id="lesson", title="Breathing", text="In, and out."))

    @contextlib.contextmanager
    def clinic(self) -> Iterator[Clinic]:
        """The clinic's hand on its own database."""
        clinic = Clinic(self.url, fast=True)
        try:
            yield clinic
        finally:
            clinic.dispose()

    def fill(self, count: int, size: int) -> None:
        """The clinic writes so many documents for Rosa, of so many letters that no packing makes much smaller."""
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
        texts = ["".join(self.chance.choices(letters, k=size)) for _ in range(count)]
        with self.clinic() as clinic:
            clinic.put(
                self.scope, *(Lesson(id=f"l{n}", title=f"{n}", text=text) for n, text in enumerate(texts))
            )

    def enrol(self, name: str, year: str = "", limit: int = 0) -> Device:
        """A device that Rosa has joined with; it does not run yet."""
        with self.clinic() as clinic:
            code, _expires = clinic.invite(ROSA)
        folder = self.folder / name
        now = clock(year, self.chance)
        app = make_app(folder, now=now, vault=Vault(folder, fast=True), drawn=False)
        asyncio.run(app.enrol(self.proxy.address, code, PASSCODE, name))
        app.lock()
        return Device(folder, self.seed, year, limit)

    def join(self, *names: str) -> None:
        """Enrol these devices and let them live."""
        self.devices = [self.enrol(name) for name in names]
        for device in self.devices:
            device.start()
        begun(*self.devices)

    def at_some_moment(self) -> None:
        """Wait until a device has written or heard some more: work decides, not a clock that a busy machine bends."""
        device, what = self.chance.choice(self.devices), self.chance.choice((b"op", b"verdict"))
        enough = device.noted(what) + self.chance.randrange(MOST)
        until = time.monotonic() + LONGEST
        while device.noted(what) < enough and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(self.chance.uniform(0, 0.02))

    def storm(self) -> None:
        """From now on no connection lives long."""
        self.proxy.share, self.proxy.farthest = 1.0, 60_000

    def look(self, *devices: Device) -> None:
        """What must hold at any moment, of devices that were just killed or are at work."""
        for device in devices:
            checks.nothing_lost(device.folder, self.url, self.scope)

    def come_to_rest(self) -> None:
        """Calm weather, everybody catches up, and all of it is equal, also on a device that begins now."""
        self.proxy.share = 0.0
        for device in self.devices:
            device.kill()
        time.sleep(self.proxy.latest if self.proxy.happened else 0)
        begun(self.server)
        witness = self.enrol(f"witness-{self.kills}")
        for device in (*self.devices, witness, *self.devices):
            caught_up(device.folder)
        self.files = caught_up(witness.folder, files=True)
        clinic = checks.kept(self.url, self.scope)
        for device in (*self.devices, witness):
            checks.is_whole(device.folder)
            checks.equal(device.folder, clinic)
        self.look(*self.devices, witness)


def caught_up(folder: Path, files: bool = False) -> int:
    """One whole conversation, in this process; with all the files there are, if asked. Returns how many."""

    async def converse() -> int:
        app = open_app(folder, clock("", random.Random(0)))
        await app.unlock(PASSCODE)
        assert app.engine
        await app.engine.sync_once()
        found = await all_fetched(app) if files else 0
        await app.engine.transport.close()
        app.lock()
        return found

    return asyncio.run(converse())


@contextlib.contextmanager
def open_ward(folder: Path, url: str, seed: int, link: Link = LOOPBACK) -> Iterator[Ward]:
    """A ward at work; at the end nothing of it runs any more. A failure names its seed."""
    ward = Ward(folder, url, seed, link)
    ward.found()
    try:
        with on_a_thread(ward.proxy), contextlib.ExitStack() as stack:
            stack.callback(lambda: [device.kill() for device in ward.devices])
            stack.enter_context(ending(ward.server))
            ward.server.origin = ward.proxy.address
            ward.server.start()
            begun(ward.server)
            yield ward
    except BaseException as error:
        error.add_note(f"seed {seed}, {ward.kills} kills, {dict(ward.proxy.happened)}")
        raise
    wrote, heard = (sum(device.noted(what) for device in ward.devices) for what in (b"op", b"verdict"))
    said = f"{wrote} written, {heard} verdicts, {ward.files} files"
    print(f"seed {seed}: {ward.kills} kills, {dict(ward.proxy.happened)}, {said}")
