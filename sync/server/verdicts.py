"""Says what becomes of each mutation, once and for ever.

Nothing a patient wrote is lost: what cannot go where it was meant to go is kept as a copy beside it, or
refused with a reason; neither blocks what stands behind. No clock decides, only the order of the scope.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from sync.models import KINDS, Doc, Policy, derive_id
from sync.models.attachment import FIELD, attachments_in
from sync.protocol.wire import Mutation, Verdict
from sync.server.answers import ANSWERS, DEEDS
from sync.server.blobs import sizes_of
from sync.server.body import sound
from sync.server.cursor import Cursor
from sync.server.database import Unit
from sync.server.ledger import Held, Ledger
from sync.server.merging import met
from sync.server.tables import applied, history

LAST_WINS = (Policy.REGISTER, Policy.COMMAND)


class Bench:
    """Judges the mutations of one device in one scope, in order, inside one transaction.

    `awaits` is false for devices that know nothing of attachments: theirs are taken without the bytes.
    """

    def __init__(self, unit: Unit, device: str, now: datetime, awaits: bool = True) -> None:
        self.unit, self.device, self.now, self.awaits = unit, device, now, awaits
        self.now_ms = int(now.timestamp() * 1000)
        self.ledger = Ledger(unit, self.now_ms)
        self._known: dict[str, sa.Row[Any] | _Past] = {}
        self._new: list[dict[str, Any]] = []
        self._answers: list[Doc] = []
        self._deeds: list[Mutation] = []
        self._named: dict[str, dict[str, int]] = {}
        self._there: dict[str, int] = {}
        self._waiting: set[str] = set()

    def is_of_another_life(self, since: Cursor) -> bool:
        """True when the scope was put back to a backup after this cursor was given out."""
        return since.scope == self.unit.scope and (
            since.epoch != self.ledger.epoch or since.seq > self.ledger.head
        )

    def judge(self, mutations: Sequence[Mutation]) -> list[Verdict]:
        """A verdict for each; everything is written down before it returns."""
        self._remember([m.mid for m in mutations] + [m.base.after for m in mutations if m.base.after])
        self.ledger.load(m.id for m in mutations if _plain(m))
        self._look(mutations if self.awaits else ())
        verdicts = [self._one(mutation) for mutation in mutations]
        self._say()
        self.ledger.close()
        if self._new:
            self.unit.connection.execute(sa.insert(applied), self._new)
        return verdicts

    def _remember(self, mids: list[str]) -> None:
        asked = list(dict.fromkeys(mid for mid in mids if mid.isprintable()))
        wanted = applied.c.scope == self.unit.scope, applied.c.mid.in_(asked)
        for one in self.unit.connection.execute(sa.select(applied).where(*wanted)):
            self._known[one.mid] = one

    def _one(self, mutation: Mutation) -> Verdict:
        if not _plain(mutation):
            return _refused(mutation, "bad_id")
        digest = _digest(mutation)
        past = self._known.get(mutation.mid)
        if past is not None:
            return self._again(past) if past.digest == digest else _refused(mutation, "mid_reused")
        target, rev = self._aim(mutation)
        if mutation.base.after in self._waiting:
            verdict, made = _wants(mutation, []), None
        else:
            verdict, made = self._decide(mutation, target, rev)
        if verdict.status == "wants":
            self._waiting.add(mutation.mid)
            return verdict
        self._record(mutation, digest, verdict, (made.id, made.rev) if made else (target, rev))
        return verdict

    def _again(self, past: sa.Row[Any] | _Past) -> Verdict:
        """The verdict of old. What it made may have been replaced since: then that is no news to stand on."""
        verdict = Verdict.model_validate_json(past.verdict)
        if verdict.status != "ok":
            return verdict
        held = self.ledger.get(verdict.id)
        latest = held is not None and held.rev == verdict.rev
        return verdict.model_copy(update={"status": "dup"} | ({} if latest else {"rev": None, "seq": None}))

    def _record(
        self, mutation: Mutation, digest: str, verdict: Verdict, outcome: tuple[str, str | None]
    ) -> None:
        """Remember the verdict and where a change upon this one belongs: upon what it made, or where it aimed."""
        text = verdict.model_dump_json(exclude_none=True)
        doc, rev = outcome
        self._known[mutation.mid] = _Past(digest, text, doc, rev)
        self._new.append(
            {
                "scope": self.unit.scope, "mid": mutation.mid, "device": self.device, "digest": digest,
                "verdict": text, "doc": doc, "rev": rev, "received_ms": self.now_ms,
            }
        )  # fmt: skip

    def _decide(self, mutation: Mutation, target: str, rev: str | None) -> tuple[Verdict, Held | None]:
        noun = KINDS.get(mutation.kind)
        policy = noun.policy if noun else Policy.KEEP_BOTH
        if policy in (Policy.SERVER, Policy.LOCAL):
            return _refused(mutation, "server_owned"), None
        held = self.ledger.get(target)
        if held is not None and held.kind != mutation.kind:
            return _refused(mutation, "exists"), None
        free = policy in LAST_WINS
        if mutation.op == "delete":
            return self._delete(mutation, held, rev, free)
        if not sound(mutation.id, mutation.kind, mutation.body):
            return _refused(mutation, "invalid"), None
        if (early := self._without_bytes(mutation, held)) is not None:
            return early, None
        if not free and held is None and self._buried(mutation, target, rev):
            return self._copy(mutation)
        if policy is Policy.APPEND:
            return self._append(mutation, held)
        return self._put(mutation, target, held, rev, policy)

    def _look(self, mutations: Sequence[Mutation]) -> None:
        """Which attachments these mutations name, and which of them are here."""
        for one in mutations:
            if FIELD in one.body and sound(one.id, "", one.body):
                self._named[one.mid] = _named_in(one.body)
        self._there = sizes_of(self.unit, {hash for named in self._named.values() for hash in named})

    def _without_bytes(self, mutation: Mutation, held: Held | None) -> Verdict | None:
        """It comes again when its attachments are here.

        What the document named already is not asked for: whoever edits its text need not hold the bytes.
        """
        named = self._named.get(mutation.mid, {})
        if any(self._there.get(hash, size) != size for hash, size in named.items()):
            return _refused(mutation, "invalid")
        before = _named_in(held.body) if named and held is not None else {}
        missing = sorted(named.keys() - self._there.keys() - before.keys())
        return _wants(mutation, missing) if missing else None

    def _aim(self, mutation: Mutation) -> tuple[str, str | None]:
        """The document and revision this mutation means: an earlier one may have become a copy."""
        past = self._known.get(mutation.base.after or "")
        if past is None or past.doc is None:
            return mutation.id, mutation.base.rev
        return past.doc, past.rev

    def _append(self, mutation: Mutation, held: Held | None) -> tuple[Verdict, Held | None]:
        if held is None:
            made = self._write(mutation, mutation.id)
            self._answer(mutation)
            return _done(mutation, made), made
        if held.deleted or held.body != mutation.body:
            return _refused(mutation, "exists"), None
        return _done(mutation, held), held

    def _put(
        self, mutation: Mutation, target: str, held: Held | None, rev: str | None, policy: Policy
    ) -> tuple[Verdict, Held | None]:
        open_to_all = policy in LAST_WINS or (
            policy is Policy.MONOTONE and held is not None and not held.deleted
        )
        if open_to_all or held is None or (not held.deleted and held.rev == rev):
            made = self._write(mutation, target)
            if held is not None and not held.deleted:
                self._meet(mutation, policy, held, rev)
            self._answer(mutation)
            if target == mutation.id:
                return _done(mutation, made), made
            return _conflict(mutation, made.id), made
        return self._copy(mutation)

    def _meet(self, mutation: Mutation, policy: Policy, held: Held, rev: str | None) -> None:
        """Where fields of others stand beside those of this change, the clinic writes what both make, behind it.

        So the change itself stays in the history, for the next one upon it and for who asks what was said.
        """
        read = held.body if held.rev == rev else self.ledger.body_at(held.id, rev or "")
        made = met(policy, read, held.body, mutation.body)
        if made is not None and sound(held.id, mutation.kind, made):
            self.ledger.put(held.id, mutation.kind, made, max(held.version, mutation.version))

    def _copy(self, mutation: Mutation) -> tuple[Verdict, Held | None]:
        """The patient's version lives on beside what it was meant for.

        Where it does so already, a restored clinic is offered it after what somebody made of it since: that stays.
        """
        id = derive_id(mutation.mid, "copy")
        if self.ledger.get(id) is not None:
            return _conflict(mutation, id), None
        return _conflict(mutation, id), self._write(mutation, id)

    def _buried(self, mutation: Mutation, target: str, rev: str | None) -> bool:
        """True for a document that was here and is nowhere now: it was deleted, and even that is forgotten.

        So may be the change that this one follows. A restored clinic that never heard of it in this life takes it as
        new.
        """
        if rev is None and mutation.base.after is None:
            return False
        if rev is not None and rev.startswith(f"{self.ledger.epoch}."):
            return True
        known = sa.select(history.c.seq).where(history.c.scope == self.unit.scope, history.c.id == target)
        return self.unit.connection.execute(known.limit(1)).first() is not None

    def _delete(
        self, mutation: Mutation, held: Held | None, rev: str | None, free: bool
    ) -> tuple[Verdict, Held | None]:
        if held is None:
            return _refused(mutation, "missing"), None
        if not (held.deleted or free or held.rev == rev):
            return _conflict(mutation, None), None
        gone = held if held.deleted else self._write(mutation, held.id)
        return (_done(mutation, gone) if held.id == mutation.id else _conflict(mutation, held.id)), gone

    def _write(self, mutation: Mutation, id: str) -> Held:
        gone = mutation.op == "delete"
        body = "{}" if gone else mutation.body
        return self.ledger.put(
            id, mutation.kind, body, mutation.version, deleted=gone, mid=mutation.mid, device=self.device
        )

    def _answer(self, mutation: Mutation) -> None:
        if mutation.kind in ANSWERS:
            self._answers += ANSWERS[mutation.kind](self.unit.scope, mutation, self.now)
        if mutation.kind in DEEDS:
            self._deeds.append(mutation)

    def _say(self) -> None:
        """Write the answers, behind all that they answer, and do what there is to do."""
        self.ledger.load(doc.id for doc in self._answers)
        for doc in self._answers:
            held = self.ledger.get(doc.id)
            if held is None or held.kind == doc.kind:
                self.ledger.put(doc.id, doc.kind, doc.body(), doc.version)
        for mutation in self._deeds:
            DEEDS[mutation.kind](self.ledger, mutation)


class _Past:
    """What was decided earlier in this very exchange."""

    def __init__(self, digest: str, verdict: str, doc: str | None, rev: str | None) -> None:
        self.digest, self.verdict, self.doc, self.rev = digest, verdict, doc, rev


def _plain(mutation: Mutation) -> bool:
    """Ids are printable, for a log, a column and a person."""
    return mutation.mid.isprintable() and mutation.id.isprintable()


def _digest(mutation: Mutation) -> str:
    said = [mutation.kind, mutation.op, mutation.id, str(mutation.version), mutation.body]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


def _done(mutation: Mutation, held: Held) -> Verdict:
    return Verdict(mid=mutation.mid, status="ok", id=mutation.id, rev=held.rev, seq=held.seq)


def _conflict(mutation: Mutation, copy: str | None) -> Verdict:
    return Verdict(mid=mutation.mid, status="conflict", id=mutation.id, copy_id=copy)


def _refused(mutation: Mutation, reason: str) -> Verdict:
    return Verdict(mid=mutation.mid, status="rejected", id=mutation.id, reason=reason)


def _wants(mutation: Mutation, hashes: list[str]) -> Verdict:
    return Verdict(mid=mutation.mid, status="wants", id=mutation.id, wants=hashes)


def _named_in(body: str) -> dict[str, int]:
    return {one.hash: one.size for one in attachments_in(body)}
