"""Settling the patient's changes by the clinic's verdicts, many at once, in the caller's one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from app.store import blobs
from app.store.overlay import BASE, lift
from sync.protocol.wire import Mutation, Verdict

OPEN = "SELECT mid FROM outbox WHERE reason IS NULL AND mid IN (SELECT value FROM json_each(?))"
REFUSE = "UPDATE outbox SET reason = ? WHERE mid = ?"
REMEMBER = """INSERT OR REPLACE INTO sent
    (mid, scope, id, kind, op, body, version, at, base_rev, base_after, settled_at, status, copy_id, rev)
    SELECT mid, scope, id, kind, op, body, version, at, base_rev, base_after, ?, ?, ?, ? FROM outbox WHERE mid = ?"""
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
    refused = [one for one in found if is_refusal(*one)]
    settle(db, [one for one in found if not is_refusal(*one)], at)
    db.conn.executemany(REFUSE, [(verdict.reason or "rejected", one.mid) for one, verdict in refused])
    lift(db, dict.fromkeys((one.scope, one.id) for one, _ in found))
    kinds = {one.kind for one in sent if one.mid in named}
    return kinds | {"outbox"} if kinds else kinds


def is_refusal(mutation: Mutation, verdict: Verdict) -> bool:
    """True when the patient must hear of it: deleting what is not there is done already."""
    return verdict.status == "rejected" and not (mutation.op == "delete" and verdict.reason == "missing")


def settle(db: Database, found: Sequence[Judged], at: str) -> None:
    """What was accepted is the clinic's row now, unless a newer one came in between; all of it has left the outbox.

    A verdict without a revision is an old one whose change has been replaced since: the row that did so tells of it.
    """
    accepted = [one for one in found if one[1].status in ("ok", "dup") and one[1].rev]
    db.conn.executemany(BASE, [beneath(*one) for one in accepted])
    db.conn.executemany(REMEMBER, [(at, v.status, v.copy_id, v.rev, one.mid) for one, v in found])
    db.conn.executemany("DELETE FROM outbox WHERE mid = ?", [(one.mid,) for one, _ in found])


def beneath(mutation: Mutation, verdict: Verdict) -> tuple[object, ...]:
    """An accepted change as a row of the clinic's, for the base table."""
    gone, row = int(mutation.op == "delete"), (mutation.kind, mutation.body, mutation.version)
    return (mutation.scope, mutation.id, *row, verdict.rev, verdict.seq, gone)
