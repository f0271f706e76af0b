"""A device as a process of its own, to be killed: python -m tests.sync.faults.device FOLDER SEED YEAR LIMIT.

It opens the real app on the profile in FOLDER, prints "begun", and from then on writes and syncs without end. Each
promise goes into the diary beside the profile. YEAR is what its clock says (nothing: the right one), or "jumping": a
clock nobody can rely on. LIMIT is how many bytes of a page it asks for; 0 is another number in each life.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import httpx

from app.context import App
from app.main import make_app
from app.store.hold import hold
from app.store.search import catch_up
from app.vault import Vault
from sync.client.auth import Credentials
from sync.client.schedule import Schedule
from sync.client.transport import Transport
from sync.models import Doc, MoodEntry, Policy, new_id
from sync.protocol.attachments import PART
from sync.protocol.wire import Exchange, Reply
from tests.sync.faults.diary import Diary
from tests.sync.letters import picture, write

PASSCODE = "135790"
SHARED = [f"draft-{number}" for number in range(4)]
PICTURES = (900, 30_000, PART + 9)
PAGES = (2_000, 60_000, 2 << 20)
REST, LETTERS, PATIENCE = 0.03, 0.05, 2.0


class Draft(Doc):
    """A text that several devices edit. No clinic knows this kind, so it keeps both."""

    kind: ClassVar[str] = "draft"
    policy: ClassVar[Policy] = Policy.KEEP_BOTH

    text: str


class Telling(Transport):
    """The real way to the clinic, which notes each verdict before anybody acts on it."""

    diary: Diary

    async def exchange(self, exchange: Exchange) -> Reply:
        """One round, and what was promised in it."""
        reply = await super().exchange(exchange)
        self.diary.heard(reply)
        return reply


def clock(year: str, chance: random.Random) -> Callable[[], datetime]:
    """The clock of this device."""
    if not year:
        return lambda: datetime.now(UTC)
    if year == "jumping":
        return lambda: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(50_000))
    shift = datetime(int(year), 1, 2, tzinfo=UTC) - datetime.now(UTC)
    return lambda: datetime.now(UTC) + shift


def open_app(folder: Path, now: Callable[[], datetime], patience: float = 30.0) -> App:
    """The app on this profile; it waits so many seconds for an answer."""

    def transport(credentials: Credentials, kept: Callable[[Credentials], None]) -> Transport:
        client = httpx.AsyncClient(timeout=httpx.Timeout(patience, connect=1), trust_env=False, verify=False)
        way = Telling(credentials, client, kept)
        way.diary = Diary(folder / "diary")
        return way

    return make_app(folder, now=now, transport=transport, vault=Vault(folder, fast=True), drawn=False)


def write_once(app: App, chance: random.Random) -> Doc:
    """One thing a person does: mostly a mood, at times another text for a draft or a letter with a picture."""
    if chance.random() < LETTERS:
        return write(app.store, picture(chance.choice(PICTURES), chance.randrange(1 << 30)))
    id, text = new_id(app.now()), "".join(chance.choices("abcdefgh ", k=chance.choice((5, 50, 400))))
    if chance.random() < 0.7:
        doc: Doc = MoodEntry(id=id, felt_at=app.now(), score=chance.randint(1, 5), note=text)
    else:
        doc = Draft(id=chance.choice(SHARED), text=f"{id} {text}")
    if doc.id == id or chance.random() < 0.85:
        app.store.put(doc)
    else:
        app.store.delete(doc)
    return doc


def promised(app: App, doc: Doc, diary: Diary) -> None:
    """Note the change that was just queued for this document."""
    sql = "SELECT mid, op, body FROM outbox WHERE scope = ? AND id = ? ORDER BY n DESC LIMIT 1"
    row = app.store.rows(sql, app.scope, doc.id)[0]
    diary.wrote(row["mid"], doc.id, row["op"], row["body"])


async def live(app: App, diary: Diary, chance: random.Random, limit: int) -> None:
    """Write and sync until the process ends, or whoever started it has."""
    assert app.engine
    app.engine.schedule = Schedule(every=0.2, longest=0.2)
    app.engine.limit = limit or chance.choice(PAGES)
    app.start()
    parent = os.getppid()
    while os.getppid() == parent:
        promised(app, write_once(app, chance), diary)
        if chance.random() < 0.02:
            catch_up(app.store.db)
        await asyncio.sleep(chance.expovariate(1 / REST))


async def main(folder: Path, seed: str, year: str, limit: str) -> None:
    """Open the profile and live in it."""
    chance = random.Random(seed)
    hold(folder)
    app = open_app(folder, clock(year, chance), PATIENCE)
    await app.unlock(PASSCODE)
    print("begun", flush=True)
    await live(app, Diary(folder / "diary"), chance, int(limit))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
