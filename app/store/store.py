"""The record on this device: one write path, and listeners who hear which kinds changed."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from sqlite_utils import Database

from app.core.errors import ReadOnly, StoreError, StoreLocked, TooLong
from app.store import blobs, generation, overlay, settle
from app.store.engine import FILE, open_encrypted
from app.store.errors import plainly
from app.store.rekey import prepare
from app.store.renew import put_in_place
from sync.models import Attachment, Doc, Policy, Stamp, new_id
from sync.protocol.flow import Part
from sync.protocol.segment import Line
from sync.protocol.wire import MAX_BODY, Mutation, Reply

Heard = Callable[[frozenset[str]], None]
Noun = TypeVar("Noun", bound=Doc)
MUTATION = f"""WITH held AS MATERIALIZED ({blobs.HELD})
    SELECT mid, outbox.scope, outbox.id, kind, op, body, version, base_rev, base_after, at
    FROM outbox LEFT JOIN held ON held.scope = outbox.scope AND held.id = outbox.id
    WHERE reason IS NULL AND (held.n IS NULL OR outbox.n < held.n) ORDER BY outbox.n LIMIT ?"""


class Store:
    """Documents of all the scopes this device holds. One thread; every method is one transaction."""

    def __init__(
        self, db: Database, now: Callable[[], datetime], folder: Path | None = None, key: bytes = b""
    ) -> None:
        self.db, self.folder = db, folder
        self.now, self._key, self._door = now, key, threading.Lock()
        self.scope = self.clinic_key = ""
        self._listeners: list[tuple[frozenset[str], Heard]] = []
        self._untold: set[str] | None = None

    # --- reading

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a SELECT, each a dict. `values` fill its question marks."""
        with plainly(self.folder):
            return self._read(sql, values)

    def _read(self, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """Rows as dicts. sqlite-utils' own query lays a savepoint around each, against writes: two statements more."""
        found = self.db.execute(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def get(self, model: type[Noun], id: str, scope: str | None = None) -> Noun | None:
        """One document, or None. The scope is the person's in view unless given."""
        found = self.find(model, "id = ?", id, scope=scope)
        return found[0] if found else None

    def find(
        self,
        model: type[Noun],
        where: str = "1",
        *values: Any,
        scope: str | None = None,
        order: str = "n",
        limit: int = -1,
    ) -> list[Noun]:
        """Documents of one noun in one scope. `where` and `order` are SQL over docs: id, body ->> 'field' …

        Those of a later version than this app knows are left out: `newer.count_newer` counts them.
        """
        sql = f"""SELECT id, body, scope, rev, seq FROM docs WHERE kind = '{model.kind}' AND scope = ?
            AND deleted = 0 AND version <= {model.version} AND ({where}) ORDER BY {order} LIMIT ?"""
        rows = self.rows(sql, scope or self.scope, *values, limit)
        return [
            model.read(r["id"], r["body"], Stamp(scope=r["scope"], rev=r["rev"], seq=r["seq"])) for r in rows
        ]

    # --- writing

    def put(self, doc: Doc, scope: str | None = None) -> None:
        """Save a document and queue it for the clinic, in one transaction; then say what changed."""
        self._write(doc, "put", scope or self.scope)

    def delete(self, doc: Doc, scope: str | None = None) -> None:
        """Hide a document here and, once sent, everywhere. Its bytes stay with the clinic's history."""
        self._write(doc, "delete", scope or self.scope)

    def attach(
        self, source: bytes | BinaryIO, type: str, name: str = "", scope: str | None = None
    ) -> Attachment:
        """Keep a file for a document that will name it, read a part at a time. `type` is its media type.

        Raises RuleBroken for one that is too big or empty, StoreFull.
        """
        with plainly(self.folder), self.db.atomic():
            now = self.now()
            blobs.make_room(self.db, now)
            return blobs.attach(self.db, source, type, name, scope or self.scope, now.isoformat())

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Whatever is written inside is one transaction, and is told of when it is whole."""
        outer, self._untold = self._untold, set()
        try:
            with plainly(self.folder), self.db.atomic():
                yield
            told = self._untold
        finally:
            self._untold = outer
        self.announce(told)

    def _write(self, doc: Doc, op: str, scope: str) -> None:
        if doc.policy is Policy.SERVER:
            raise ReadOnly(doc.kind)
        now, body = self.now(), doc.body()
        if op == "put" and doc.policy is not Policy.LOCAL and len(body) > MAX_BODY:
            raise TooLong(doc.kind)
        with plainly(self.folder), self.db.atomic():
            if doc.policy is not Policy.LOCAL:
                overlay.enqueue(self.db, doc, body, op, scope, mid=new_id(now), at=now.isoformat())
            overlay.lay(self.db, doc, body, op, scope)
        self.announce({doc.kind, "outbox", "written"})

    # --- this device's own small things

    def state(self, key: str, default: Any = None) -> Any:
        """A setting or secret of this device: any JSON value."""
        with plainly(self.folder):
            row = self.db.execute("SELECT value FROM state WHERE key = ?", [key]).fetchone()
        return json.loads(row[0]) if row else default

    def keep(self, **values: Any) -> None:
        """Keep settings of this device; None forgets one."""
        with plainly(self.folder), self.db.atomic():
            for key, value in values.items():
                self.db.execute("DELETE FROM state WHERE key = ?", [key])
                if value is not None:
                    self.db.execute("INSERT INTO state VALUES (?, ?)", [key, json.dumps(value)])
        self.announce({"state"})

    # --- hearing

    def listen(self, kinds: Iterable[str], heard: Heard) -> Callable[[], None]:
        """Call `heard` with the kinds that changed whenever one of `kinds` did. Returns what stops it."""
        entry = (frozenset(kinds), heard)
        self._listeners.append(entry)
        return lambda: self._listeners.remove(entry) if entry in self._listeners else None

    def announce(self, kinds: Iterable[str]) -> None:
        """Tell those who listen to one of these kinds."""
        changed = frozenset(kinds)
        if self._untold is not None:
            self._untold |= changed
            return
        for wanted, heard in tuple(self._listeners):
            if wanted & changed:
                heard(changed & wanted)

    # --- the device's side of the conversation (sync.protocol.flow.Replica)

    def cursors(self) -> Mapping[str, str | None]:
        """How far this device is in each scope."""
        with plainly(self.folder):
            return dict(self.db.execute("SELECT scope, cursor FROM scopes").fetchall())

    def pending(self, limit: int) -> Sequence[Mutation]:
        """The first changes that wait, in order; as many as one exchange may carry.

        One that names an attachment the clinic does not hold, and what was made upon it, stays until it does.
        """
        with plainly(self.folder):
            return overlay.mutations(self._read(MUTATION, [limit]))

    def leave(self, sent: Sequence[Mutation]) -> None:
        """These changes are about to travel."""
        with plainly(self.folder), self.db.atomic():
            overlay.leave(self.db, [mutation.mid for mutation in sent])

    def settle(self, sent: Sequence[Mutation], reply: Reply) -> None:
        """Take the clinic's answer in, in one transaction: verdicts, rows, cursors."""
        with plainly(self.folder), self.db.atomic():
            changed = settle.take(self.db, sent, reply, self.now().isoformat(), self.clinic_key)
        if changed:
            self.announce(changed)

    def missing(self, limit: int) -> Sequence[Part]:
        """The first segments of snapshots that are still to come."""
        with plainly(self.folder):
            return generation.missing(self.db, limit)

    def fill(self, part: Part, lines: Sequence[Line]) -> None:
        """Take one segment in, in one transaction: its rows, and how far that is."""
        with plainly(self.folder), self.db.atomic():
            changed = generation.fill(self.db, part, lines)
        if changed:
            self.announce(changed)

    def doubted(self) -> Mapping[str, int]:
        """Scopes whose clinic has far less than there was, and how many documents stay until it has signed that."""
        with plainly(self.folder):
            return dict(self.db.execute("SELECT scope, doubt FROM scopes WHERE doubt > 0").fetchall())

    def catching_up(self, scope: str | None = None) -> tuple[int, int | None] | None:
        """Documents of a scope that are here and, where known, in all, until it has caught up; None once it has."""
        scope = scope or self.scope
        rows = self.rows("SELECT caught_up FROM scopes WHERE scope = ?", scope)
        if not scope or (rows and rows[0]["caught_up"]):
            return None
        here = self.rows("SELECT count(*) AS n FROM docs WHERE scope = ?", scope)[0]["n"]
        return here, next((part.total for part in self.missing(1) if part.scope == scope), None)

    def rekey(self, key: bytes) -> None:
        """Encrypt the whole database anew under another key. Cut short, it opens with exactly one of the two.

        Raises StoreBusy while a second store is open, StoreFull without room for a copy, StoreLocked once it is
        closed; then nothing has changed.
        """
        if self.folder is None:
            return
        self._open_key()
        path = self.folder / FILE
        with self._door, plainly(self.folder):
            new = prepare(self.db, path, key)
            self.db.close()
            try:
                put_in_place(new, path)
                self._key = key
            finally:
                self.db = Database(open_encrypted(path, self._key), execute_plugins=False)

    def is_under(self, key: bytes) -> bool:
        """True when this is the key of the files."""
        return key == self._key

    def second(self) -> Store:
        """Another store on the same files, for a thread of its own: close it there.

        Raises StoreError in memory, StoreLocked once this one is closed.
        """
        if self.folder is None:
            raise StoreError()
        with self._door:
            key = self._open_key()
            db = Database(open_encrypted(self.folder / FILE, key), execute_plugins=False)
        return Store(db, self.now, self.folder, key)

    def _open_key(self) -> bytes:
        if not (key := self._key):
            raise StoreLocked()
        return key

    def close(self) -> None:
        """Close the database and forget its key; nothing more is read or written."""
        self.db.close()
        self._key = b""
