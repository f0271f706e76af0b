"""The six state words, each from its evidence and nothing else.

device     no outbox row, and the clinic never answered     waiting    an outbox row
sent       the server's receipt (revision and number)        held, done, refused, needs-you   the clinic's receipt
needs-you  also: a change the clinic's server refused
"""

from __future__ import annotations

from typing import Any

from app.store.errors import plainly
from app.store.overlay import COPY_BASE, lift
from app.store.store import Store
from sync.models import new_id

WORD = """
    SELECT coalesce(
        (SELECT CASE WHEN reason IS NULL THEN 'waiting' ELSE 'needs-you' END FROM outbox
         WHERE outbox.scope = :scope AND outbox.id = :id ORDER BY n DESC LIMIT 1),
        (SELECT body ->> 'word' FROM docs WHERE kind = 'receipt' AND body ->> 'of' = :id
         ORDER BY seq DESC LIMIT 1),
        (SELECT 'sent' FROM docs WHERE scope = :scope AND id = :id AND seq IS NOT NULL),
        'device') AS word"""
WAITING = """
    SELECT mid, outbox.scope, outbox.id, outbox.kind, op, outbox.body, at, reason,
        CASE WHEN reason IS NULL THEN 'waiting' ELSE 'needs-you' END AS word
    FROM outbox ORDER BY n"""
RECENT = """
    SELECT sent.scope, docs.id, docs.kind, docs.body, max(sent.settled_at) AS at, NULL AS reason,
        CASE sent.status WHEN 'conflict' THEN 'needs-you' ELSE coalesce(
            (SELECT r.body ->> 'word' FROM docs AS r WHERE r.kind = 'receipt' AND r.body ->> 'of' = docs.id
             ORDER BY r.seq DESC LIMIT 1), 'sent') END AS word
    FROM sent JOIN docs ON docs.scope = sent.scope AND docs.id = coalesce(sent.copy_id, sent.id)
    WHERE docs.deleted = 0 AND (sent.status <> 'conflict' OR sent.copy_id IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.scope = docs.scope AND outbox.id = docs.id)
    GROUP BY docs.n ORDER BY at DESC LIMIT ?"""
ENDED = "('access_ended', 'no_access')"
WENT = "(tried > 0 OR n IN (SELECT n FROM away))"
LATER = f"SELECT {WENT} FROM outbox WHERE scope = ? AND id = ? AND reason IS NULL AND n >= ?"
UNSAID = f"DELETE FROM outbox WHERE scope = ? AND id = ? AND n >= ? AND NOT {WENT}"
BEFORE = """SELECT op, body, version FROM outbox WHERE scope = ? AND id = ? AND reason IS NULL AND n < ?
    ORDER BY n DESC LIMIT 1"""
BASE = "SELECT 'put', body, version FROM base WHERE scope = ? AND id = ? AND deleted = 0"
FOLLOW = """INSERT INTO outbox (mid, scope, id, kind, op, body, version, base_after, at)
    SELECT ?, scope, id, kind, ?, ?, ?, mid, ? FROM outbox WHERE scope = ? AND id = ? AND reason IS NULL
    ORDER BY n DESC LIMIT 1"""


def word_of(store: Store, id: str) -> str:
    """The state word of one document of the person in view."""
    word: str = store.db.execute(WORD, {"id": id, "scope": store.scope}).fetchone()[0]
    return word


def waiting(store: Store) -> list[dict[str, Any]]:
    """What has not reached the clinic, oldest first: mid, id, kind, op, body, at, reason, word."""
    return store.rows(WAITING)


def unsent(store: Store) -> int:
    """How many changes are on their way to the clinic."""
    return int(store.rows("SELECT count(*) AS n FROM outbox WHERE reason IS NULL")[0]["n"])


def recent(store: Store, limit: int = 20) -> list[dict[str, Any]]:
    """What reached the clinic lately, newest first, with the clinic's latest word on each."""
    return store.rows(RECENT, limit)


def undo(store: Store, mid: str) -> None:
    """Take back a change that waits, and those made upon it: the document is again what it was before.

    What never travelled is simply gone. What may have reached the clinic is followed by a change back.
    Raises a StoreError; then everything is as it was.
    """
    waits = "SELECT n, scope, id, kind FROM outbox WHERE mid = ? AND reason IS NULL"
    with plainly(store.folder), store.db.atomic():
        row = store.db.execute(waits, [mid]).fetchone()
        if not row:
            return
        n, scope, id, kind = row
        later = store.db.execute(LATER, [scope, id, n]).fetchall()
        store.db.execute(UNSAID, [scope, id, n])
        if any(went for (went,) in later):
            change_back(store, scope, id, n)
        lift(store.db, [(scope, id)])
    store.announce({kind, "outbox", "written"})


def change_back(store: Store, scope: str, id: str, n: int) -> None:
    """Queue, behind what may have travelled, the document as it was before change `n`: its text, or its absence."""
    was = (
        store.db.execute(BEFORE, [scope, id, n]).fetchone() or store.db.execute(BASE, [scope, id]).fetchone()
    )
    op, body, version = was or ("delete", "{}", 1)
    now = store.now()
    store.db.execute(FOLLOW, [new_id(now), op, body, version, now.isoformat(), scope, id])


def offer_again(store: Store, mid: str) -> None:
    """Send what was left when access had ended, now that the clinic lets this device in again. Raises a StoreError."""
    asked = f"SELECT scope, id, kind FROM outbox WHERE mid = ? AND reason IN {ENDED}"
    row = store.db.execute(asked, [mid]).fetchone()
    if not row:
        return
    scope, id, kind = row
    with plainly(store.folder), store.db.atomic():
        store.db.execute(COPY_BASE, [scope, id])
        store.db.execute("UPDATE outbox SET reason = NULL WHERE mid = ?", [mid])
        lift(store.db, [(scope, id)])
    store.announce({kind, "outbox", "written"})


def drop(store: Store, mid: str) -> None:
    """The patient has seen a refused change and lets it go. Raises a StoreError."""
    with plainly(store.folder), store.db.atomic():
        store.db.execute("DELETE FROM outbox WHERE mid = ? AND reason IS NOT NULL", [mid])
    store.announce({"outbox"})
