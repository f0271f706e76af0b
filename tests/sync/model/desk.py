"""The clinic's side: the real database, the real answers; backups that are really put back."""

from __future__ import annotations

import functools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event

from sync.models import Lesson
from sync.protocol.head import Head, read_head
from sync.protocol.signing import public_half
from sync.protocol.wire import Exchange, Reply
from sync.server import cursor as cursors
from sync.server.clinic import Clinic
from sync.server.exchange import answer, packed
from sync.server.gate import CONTENT, Visitor
from sync.server.keys import Keys
from sync.server.ledger import Ledger
from sync.server.snapshots import Sizes, Snapshots
from sync.server.tables import segment, snapshot

KEY = b"k" * 32
KEYS = Keys(pepper=KEY, cursor=KEY, orders=KEY, blobs=KEY)
PINNED = public_half(KEY)
FORGOTTEN = timedelta(days=400)
TINY = Sizes(raw=250, packed=1 << 20, level=1, changes=3)
SCOPES = ("patient:p", "patient:q", CONTENT)
MEMORY = Path("/dev/shm")
VERSIONS = """SELECT scope, seq, id, rev, deleted, body, mid, device, '' AS kind FROM history
    UNION ALL SELECT scope, seq, id, rev, deleted, body, mid, device, kind FROM row ORDER BY scope, seq"""


class Version(NamedTuple):
    """One state that one document had at the clinic."""

    scope: str
    seq: int
    id: str
    rev: str
    deleted: int
    body: str
    mid: str | None
    device: str | None
    kind: str


class Book(NamedTuple):
    """All that the clinic's database says of scopes and documents, read at one moment."""

    scopes: dict[str, tuple[str, int, int]]
    rows: dict[tuple[str, str], Version]
    versions: list[Version]
    applied: dict[tuple[str, str], str]


@functools.cache
def _prepared() -> tuple[
    Clinic, Snapshots, sqlite3.Connection, sqlite3.Connection, Callable[[datetime], None]
]:
    """One migrated database for this process, its snapshots, a connection beside it, its first image, and its clock."""
    folder = Path(tempfile.mkdtemp(prefix="model-", dir=MEMORY if MEMORY.is_dir() else None))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    hand = [datetime(2026, 6, 2)]
    clinic = Clinic(f"sqlite:///{folder / 'clinic.db'}", clock=lambda: hand[0], fast=True)
    event.listen(clinic.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    clinic.migrate()
    for one in SCOPES:
        clinic.database.begin(one)
    beside = sqlite3.connect(folder / "clinic.db", isolation_level=None)
    image = sqlite3.connect(":memory:")
    beside.backup(image)
    return clinic, clinic.snapshots(TINY), beside, image, lambda now: hand.__setitem__(0, now)


class Desk:
    """One clinic at the beginning of its life."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.clinic, self.snapshots, self.beside, image, self._set = _prepared()
        self.now = now
        self.backups: list[sqlite3.Connection] = []
        self.ever: dict[str, Version] = {}
        self.lives = 0
        self.months = 0
        self.forgotten: set[tuple[str, str]] = set()
        self.is_vouched_for = self.has_room = True
        self.said = 0
        self._book: Book | None = None
        image.backup(self.beside)

    def exchange(self, device: str, grants: dict[str, str], said: str) -> str:
        """One request as it travels, answered as it travels."""
        self._set(self.now())
        asked = Exchange.model_validate_json(said)
        visitor = Visitor(device, grants)
        try:
            cut = self.snapshots if self.has_room else None
            made = answer(self.clinic.database, KEYS, self.now, visitor, asked, cut)
        except RecursionError as error:
            raise AssertionError("I3: the clinic begins one life after another and never answers") from error
        self.changed()
        return packed(made, "")[0].decode()

    def segment(self, grants: dict[str, str], name: str) -> bytes | None:
        """One segment for a device, as the clinic's route looks for it."""
        return self.snapshots.get(list(grants), name)

    def other_segment(self, where: str, name: str) -> bytes | None:
        """Another segment of the same scope, whole and genuine."""
        ask = "SELECT hash FROM segment WHERE scope = ? AND hash <> ? ORDER BY hash"
        found = self.beside.execute(ask, [where, name]).fetchone()
        return self.segment({where: "read"}, found[0]) if found else None

    def throw_away(self, where: str, segments: bool) -> None:
        """Snapshots are only copies: forget those of a scope, or the segments that they name."""
        table = segment if segments else snapshot
        with self.clinic.database.unit(where, write=True) as unit:
            unit.connection.execute(sa.delete(table).where(table.c.scope == where))

    def write(self, where: str, text: str, id: str) -> None:
        """The clinic says something itself."""
        self._set(self.now())
        self.clinic.put(where, Lesson(id=id, title="from the clinic", text=text))
        self.changed()

    def delete(self, where: str, id: str) -> None:
        """The clinic takes something of its own back."""
        with self.clinic.database.unit(where, write=True) as unit:
            ledger = Ledger(unit, int(self.now().timestamp() * 1000))
            if (held := ledger.get(id)) and not held.deleted:
                ledger.put(id, held.kind, "{}", deleted=True)
            ledger.close()
        self.changed()

    def back_up(self) -> None:
        """Keep a copy of the whole database."""
        copy = sqlite3.connect(":memory:")
        self.beside.backup(copy)
        self.backups.append(copy)

    def restore(self, which: int) -> None:
        """Put a copy back, byte for byte, and do what the operator's page says."""
        copy = self.backups[which % len(self.backups)]
        copy.backup(self.beside)
        self.clinic.restored()
        self.lives, self.is_vouched_for = self.lives + 1, False
        self.changed()

    def vouch(self) -> None:
        """A person at the clinic has looked at what was put back, and says that it is right."""
        self.clinic.confirm()
        self.is_vouched_for = True
        self.changed()

    def compact(self) -> None:
        """What the clinic does every day: forget deletions and verdicts that are older than any device may be."""
        self._set(self.now())
        before = self.book().applied
        old = int((self.now() - FORGOTTEN).timestamp() * 1000)
        young = self.beside.execute("SELECT scope, mid FROM applied WHERE received_ms >= ?", [old]).fetchall()
        self.clinic.compact()
        self.changed()
        gone = before.keys() - self.book().applied.keys()
        assert not gone & set(young), "I2: the clinic forgot a verdict before its time"
        self.forgotten |= gone

    def changed(self) -> None:
        """Read the book again when it is next asked for; remember every version there ever was."""
        self._book = None
        for version in self.book().versions:
            self.ever.setdefault(version.rev, version)

    def book(self) -> Book:
        """The clinic's database as it stands."""
        if self._book is None:
            ask = self.beside.execute
            scopes = {id: tuple(life) for id, *life in ask("SELECT id, epoch, head, floor FROM scope")}
            versions = [Version(*one) for one in ask(VERSIONS)]
            rows = {(one.scope, one.id): one for one in versions if one.kind}
            applied = {(s, m): v for s, m, v in ask("SELECT scope, mid, verdict FROM applied")}
            self._book = Book(scopes, rows, versions, applied)
        return self._book

    def place(self, cursor: str | None) -> cursors.Cursor | None:
        """Where a cursor stands: the model may look into it, a device may not."""
        return cursors.read(cursor, KEY) if cursor else None

    def heard(self, text: str) -> Reply:
        """A reply as a device reads it."""
        return Reply.model_validate_json(text)

    def heads_in(self, text: str) -> list[Head]:
        """The heads that a reply brings under the clinic's signature."""
        heads = [read_head(one, PINNED) for one in self.heard(text).heads] if '"heads"' in text else []
        return [head for head in heads if head]

    def everything(self) -> str:
        """Every value in the clinic's database, as one text."""
        tables = [
            name for (name,) in self.beside.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        found: list[Any] = [self.beside.execute(f"SELECT * FROM {name}").fetchall() for name in tables]
        return repr(found)
