"""Settling the patient's changes by the clinic's verdicts, many at once, in the caller's one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from app.store import blobs
from app.store.overlay import BASE, lift
from sync.protocol.wire import Mutation, Verdict

OPEN = "SELECT mid FROM outbox WHERE reason IS NULL AND mid IN (SELECT value FROM json_each(?))"
ALONE = """SELECT outbox.mid, coalesce(base.seq, -1) FROM outbox
    JOIN docs ON docs.scope = outbox.scope AND docs.id = outbox.id
    LEFT JOIN base ON base.scope = outbox.scope AND base.id = outbox.id
    WHERE outbox.mid IN (SELECT value FROM json_each(?)) AND outbox.op = 'put' AND docs.deleted = 0
    AND docs.body = outbox.body AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.scope = outbox.scope
        AND other.id = outbox.id AND other.reason IS NULL AND other.mid <> outbox.mid)"""
STAMP = """UPDATE docs SET version = ?3, rev = ?4, seq = ?5,
    generation = coalesce((SELECT generation FROM scopes WHERE scope = ?1), 0) WHERE scope = ?1 AND id = ?2"""
REFUSE = "UPDATE outbox SET reason = ? WHERE mid = ?"
REMEMBER = """INSERT OR REPLACE INTO sent
    (mid, scope, id, kind, op, body, version, at, base_rev, base_after, settled_at, status, copy_id, rev)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
Judged = tuple[Mutation, Verdict]


def judge(db: Database, sent: Sequence[Mutation], verdicts: Iterable[Verdict], at: str) -> set[str]:
    """Settle each change by the verdict that names it; one that is settled already stays as it is. Returns kinds.

    What lacks attachments at the clinic (`wants`) is not settled: it waits for them.
    """
    named = {verdict.mid: verdict for verdict in reversed(list(verdicts))}
    waiting = {row[0] for row in db.execute(OPEN, [json.dumps([one.mid for one in sent])])}
    found = [(one, named[one.mid]) for one in sent if one.mid in named and one.mid in waiting]
    for one, verdict in found:
        if verdict.wants:
            blobs.lack(db, one, verdict.wants, at)
    found = [one for one in found if one[1].status != "wants"]
    stamped = stamp(db, [one for one in found if is_taken(one[1])])
    rest = [one for one in found if one[0].mid not in stamped]
    db.conn.executemany(BASE, [beneath(*one) for one in rest if is_taken(one[1])])
    refused = [one for one in rest if is_refusal(*one)]
    db.conn.executemany(REFUSE, [(verdict.reason or "rejected", one.mid) for one, verdict in refused])
    file(db, [one for one in found if not is_refusal(*one)], at)
    lift(db, dict.fromkeys((one.scope, one.id) for one, _ in rest))
    kinds = {one.kind for one in sent if one.mid in named}
    return kinds | {"outbox"} if kinds else kinds


def is_refusal(mutation: Mutation, verdict: Verdict) -> bool:
    """True when the patient must hear of it: deleting what is not there is done already."""
    return verdict.status == "rejected" and not (mutation.op == "delete" and verdict.reason == "missing")


def is_taken(verdict: Verdict) -> bool:
    """True when the change is the clinic's row now.

    A verdict without a revision is an old one whose change has been replaced since: the row that did so tells of it.
    """
    return verdict.status in ("ok", "dup") and bool(verdict.rev)


def stamp(db: Database, taken: Sequence[Judged]) -> set[str]:
    """Mark what stands here as the clinic's, where nothing else waits and no newer row came in between. Returns mids.

    That is the common case, and spares writing each text beneath itself only to lift it again.
    """
    alone = dict(db.execute(ALONE, [json.dumps([one.mid for one, _ in taken])]).fetchall())
    mine = [(one, said) for one, said in taken if one.mid in alone and (said.seq or 0) > alone[one.mid]]
    db.conn.executemany(STAMP, [(one.scope, one.id, one.version, said.rev, said.seq) for one, said in mine])
    db.conn.executemany(
        "DELETE FROM base WHERE scope = ? AND id = ?", [(one.scope, one.id) for one, _ in mine]
    )
    return {one.mid for one, _ in mine}


def file(db: Database, found: Sequence[Judged], at: str) -> None:
    """What is settled has left the outbox, and is remembered. In this order its pages are used again."""
    db.conn.executemany("DELETE FROM outbox WHERE mid = ?", [(one.mid,) for one, _ in found])
    db.conn.executemany(REMEMBER, [remembered(*one, at) for one in found])


def remembered(one: Mutation, verdict: Verdict, at: str) -> tuple[object, ...]:
    """A settled change as a row of `sent`."""
    said = (one.mid, one.scope, one.id, one.kind, one.op, one.body, one.version, one.at)
    return (*said, one.base.rev, one.base.after, at, verdict.status, verdict.copy_id, verdict.rev)


def beneath(mutation: Mutation, verdict: Verdict) -> tuple[object, ...]:
    """An accepted change as a row of the clinic's, for the base table."""
    gone, row = int(mutation.op == "delete"), (mutation.kind, mutation.body, mutation.version)
    return (mutation.scope, mutation.id, *row, verdict.rev, verdict.seq, gone)
