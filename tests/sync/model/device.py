"""A device of a patient: the real store, the real flow, a clock that may say anything."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from app.core.errors import StoreError
from app.store import Store, open_store, states
from sync.models import Doc, Policy, Stamp
from sync.protocol.flow import Answer, Step, sync_flow
from sync.protocol.segment import Line
from sync.protocol.version import PROTOCOL
from sync.protocol.wire import Exchange, Mutation, Reply
from tests.sync.model.desk import PINNED
from tests.sync.model.nouns import ALL, changed, fields
from tests.sync.model.overheard import Overheard
from tests.sync.model.resets import LIVES, Resets, held
from tests.sync.model.truth import Truth, Written

EMPTY = ("docs", "base", "outbox", "sent", "scopes", "state", "blobs", "away", "search_due")
QUEUE = f"SELECT mid, scope, id, kind, op, body, {states.WENT}, reason, base_rev, base_after FROM outbox ORDER BY n"
SHOWN = """SELECT scope, id, kind, body, rev, seq, deleted,
    EXISTS (SELECT 1 FROM outbox AS o WHERE o.scope = docs.scope AND o.id = docs.id AND reason IS NULL) AS over
    FROM docs ORDER BY n"""
FOREVER = "SELECT scope, cursor, caught_up FROM scopes"
BENEATH = "SELECT scope, id, kind, body, rev, seq, deleted FROM base"
SENT = "SELECT mid, scope, status, copy_id FROM sent"
Took = TypeVar("Took")


class Crash(Exception):
    """The process died before this commit."""


@functools.cache
def _pooled(number: int) -> Store:
    return open_store(None, bytes([number + 1]) * 32, lambda: datetime(2026, 6, 2, tzinfo=UTC))


class Device:
    """Everything durable is in the store; a crash loses the rest."""

    def __init__(self, number: int, patient: str, scope: str, time: Callable[[], datetime], truth: Truth):
        self.number, self.patient, self.scope, self.time, self.truth = number, patient, scope, time, truth
        self.name = f"device-{number}"
        self.clock: Callable[[], datetime] = time
        db = _pooled(number).db
        with db.atomic():
            for table in EMPTY:
                db.execute(f"DELETE FROM {table}")
            db.execute("DELETE FROM sqlite_sequence")
            db.execute("INSERT INTO search (search) VALUES ('delete-all')")
        self.store = self._opened(db)
        self.seen: frozenset[str] = frozenset()
        self.own: frozenset[str] = frozenset()
        self.deleted: set[str] = set()
        self.form: tuple[Doc, frozenset[str]] | None = None
        self._saving, self._upon = False, ""
        self.late: list[tuple[list[Mutation], Reply, int]] = []
        self.life, self.resets = 0, Resets()
        self.docs: list[tuple[Any, ...]] = []
        self.beneath: list[tuple[Any, ...]] = []
        self.stragglers: list[Exchange] = []
        self.look()

    def _opened(self, db: Any) -> Store:
        store = Overheard(db, lambda: self.clock(), self._took, self._filled)
        store.scope, store.clinic_key = self.scope, PINNED
        return store

    def reopen(self) -> None:
        """The process ends and starts again: what was not in the store is gone."""
        if self.store.db.conn.in_transaction:
            self.store.db.conn.rollback()
        self.store = self._opened(self.store.db)
        self.form, self.late = None, []
        self.look()

    # --- looking

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the store's own tables."""
        return self.store.db.execute(sql, values).fetchall()

    def look(self) -> None:
        """Read the tables once; learn what was written and what the patient has been shown."""
        before = self.docs, self.beneath
        self.queue, self.docs = self.ask(QUEUE), self.ask(SHOWN)
        self.beneath, self.sent, self.scopes = self.ask(BENEATH), self.ask(SENT), self.ask(FOREVER)
        for mid, scope, id, kind, op, body, _tried, _reason, *base in self.queue:
            self.truth.label(id)
            if mid not in self.truth.written:
                number = len(self.truth.written)
                saw = self.form[1] if self.form and self.form[0].id == id and self._saving else self.seen
                self.truth.written[mid] = Written(
                    mid, number, self.number, scope, id, kind, op, body, saw, self.own,
                    self._upon or self.truth.body_of(base[1]), (base[0], base[1]),
                )  # fmt: skip
                self.own |= {mid}
                self.deleted |= {id} if op == "delete" else set()
        for _scope, id, _kind, _body, rev, _seq, deleted, _over in self.docs:
            self.truth.label(id)
            if rev and not deleted and rev not in self.seen:
                self.seen |= {rev}
        self.resets.look(self.ask(LIVES), before, (self.docs, self.beneath), self.deleted)

    def view(self) -> list[Doc]:
        """What the patient sees of the nouns the model writes, in the order of discovery."""
        found = [
            ALL[kind].read(id, body, Stamp(scope=scope, rev=rev, seq=seq))
            for scope, id, kind, body, rev, seq, deleted, _over in self.docs
            if not deleted and scope == self.scope and kind != "lesson" and kind in ALL
        ]
        return sorted(found, key=lambda doc: self.truth.label(doc.id))

    def pick(self, k: int, kinds: set[str]) -> Doc | None:
        """One of the documents in view."""
        found = [doc for doc in self.view() if doc.kind in kinds]
        return found[k % len(found)] if found else None

    # --- what a person does

    def words(self, noun: type[Doc]) -> str:
        """New words; those of a sealed noun must never be seen outside."""
        text = self.truth.text(self.patient)
        if noun.policy is Policy.SEALED:
            self.truth.sealed.add(text)
        return text

    def create(self, noun: type[Doc], id: str) -> None:
        """Something new."""
        self.store.put(noun.model_validate({**fields(noun, self.words(noun)), "id": id}))
        self.look()

    def edit(self, doc: Doc) -> None:
        """Say something else in a document that was read before."""
        self._upon = doc.body()
        self.store.put(changed(doc, self.words(type(doc))))
        self.look()
        self._upon = ""

    def delete(self, doc: Doc) -> None:
        """Delete a document in view."""
        self.store.delete(doc)
        self.look()

    def open_form(self, doc: Doc) -> None:
        """Begin to edit, and leave it open."""
        self.form = doc, self.seen

    def save_form(self) -> None:
        """Save what was begun earlier, whatever happened to the document since."""
        if self.form:
            self._saving = True
            self.edit(self.form[0])
            self._saving, self.form = False, None

    def undo(self, k: int) -> None:
        """Take back one of the changes that wait."""
        waits = [change["mid"] for change in states.waiting(self.store) if change["reason"] is None]
        if waits:
            before = {one[0] for one in self.queue}
            untravelled = {one[0] for one in self.queue if not one[6]}
            states.undo(self.store, waits[k % len(waits)])
            self.look()
            self.truth.taken_back |= (before - {one[0] for one in self.queue}) & untravelled

    def drop(self, k: int) -> None:
        """Let go of one of the refused changes."""
        refused = [one[0] for one in self.queue if one[7] is not None]
        if refused:
            states.drop(self.store, refused[k % len(refused)])
            self.truth.dropped.add(refused[k % len(refused)])
            self.look()

    def send_again(self, k: int) -> None:
        """Send what was left when access had ended."""
        left = [one[0] for one in self.queue if one[7] in ("access_ended", "no_access")]
        if left:
            states.offer_again(self.store, left[k % len(left)])
            self.truth.again.add(left[k % len(left)])
            self.look()

    # --- the conversation

    def begin(self, batch: int, limit: int) -> tuple[Generator[Step, Answer, None], Exchange]:
        """The flow, and the first thing it says."""
        flow = sync_flow(self.store, batch=batch, limit=limit)
        exchange = next(flow)
        assert isinstance(exchange, Exchange)
        self.look()
        return flow, exchange

    def settle(self, take: Callable[[], Took], life: int = 0) -> Took:
        """Take in a reply or a segment. `life`: the clinic's when it answered."""
        self.life = life
        taken = take()
        self.look()
        return taken

    def _took(self, sent: Sequence[Mutation], reply: Reply) -> None:
        """A reply is committed: note what it said."""
        said_at = datetime.fromisoformat(reply.at) if reply.at else self.time()
        self.truth.takes(self.number, sent, reply.verdicts, said_at, self.life)
        for scope in reply.ended:
            self.truth.ended.setdefault(scope, set()).add(self.number)
        self.resets.heard(sent, reply)

    def _filled(self, scope: str, lines: Sequence[Line]) -> None:
        """A segment is committed."""
        self.resets.told(scope, [line[0] for line in lines if line[4]])

    def clinics(self, scope: str) -> dict[str, tuple[str, str]]:
        """The clinic's rows as this device has them: revision and body by id."""
        return held(scope, self.docs, self.beneath)

    def doubted(self, scope: str) -> set[str]:
        """What may stay although the clinic did not send it again: what stood here before, while that is in doubt."""
        return self.resets.open[scope].stood if scope in self.resets.doubts else set()

    def dying(self, commit: int, act: Callable[[], None]) -> None:
        """Do something and die before the commit of this number (from 1); the store is opened again."""
        db, counter, atomic = self.store.db, itertools.count(1), self.store.db.atomic

        @contextlib.contextmanager
        def ending() -> Iterator[Any]:
            is_commit = not db.conn.in_transaction
            with atomic():
                yield db
                if is_commit and next(counter) >= commit:
                    raise Crash()

        db.atomic = ending
        try:
            act()
        except (StoreError, sqlite3.Error, Crash):
            pass
        finally:
            del db.atomic
        self.reopen()


def spoken(exchange: Exchange) -> str:
    """An exchange as it travels."""
    return exchange.said_in(PROTOCOL).decode()


def jumping(time: Callable[[], datetime], mode: int) -> Callable[[], datetime]:
    """A device's clock: right, stuck in 1970, in 2099, or jumping between them."""
    count = itertools.count()
    years = (0, -56, 73)

    def now() -> datetime:
        offset = years[mode] if mode < 3 else years[next(count) % 3]
        return time() + timedelta(days=365 * offset)

    return now


def text_of(row: tuple[Any, ...]) -> str:
    """A row as text, for searching."""
    return json.dumps([str(one) for one in row])
