"""The six state words, each from its evidence and nothing else.

device     no outbox row, and the clinic never answered     waiting    an outbox row
sent       the server's receipt (revision and number)        held, done, refused, needs-you   the clinic's receipt
needs-you  also: a change the clinic's server refused
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.store.overlay import lift
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
    SELECT sent.mid, sent.scope, sent.id, docs.kind, docs.body, sent.at, NULL AS reason,
        coalesce((SELECT r.body ->> 'word' FROM docs AS r WHERE r.kind = 'receipt' AND r.body ->> 'of' = sent.id
                  ORDER BY r.seq DESC LIMIT 1), 'sent') AS word
    FROM sent JOIN docs ON docs.scope = sent.scope AND docs.id = sent.id ORDER BY sent.at DESC LIMIT ?"""


def word_of(store: Store, id: str) -> str:
    """The state word of one document of the person in view."""
    word: str = store.db.execute(WORD, {"id": id, "scope": store.scope}).fetchone()[0]
    return word


def waiting(store: Store) -> list[dict[str, Any]]:
    """What has not reached the clinic, oldest first: mid, id, kind, op, body, at, reason, word."""
    return store.rows(WAITING)


def recent(store: Store, limit: int = 20) -> list[dict[str, Any]]:
    """What reached the clinic lately, newest first, with the clinic's latest word on each."""
    return store.rows(RECENT, limit)


def undo(store: Store, mid: str, travelling: Collection[str] = ()) -> None:
    """Take back a change that waits, and those made upon it. One already under way is deleted again instead."""
    row = store.db.execute("SELECT n, scope, id, kind FROM outbox WHERE mid = ?", [mid]).fetchone()
    if not row:
        return
    n, scope, id, kind = row
    with store.db.atomic():
        if mid in travelling:
            follow_with_delete(store, mid)
        else:
            store.db.execute("DELETE FROM outbox WHERE scope = ? AND id = ? AND n >= ?", [scope, id, n])
        lift(store.db, scope, id)
    store.announce({kind, "outbox"})


def follow_with_delete(store: Store, mid: str) -> None:
    """Queue a deletion behind a change that may reach the clinic."""
    now = store.now()
    store.db.execute(
        """INSERT INTO outbox (mid, scope, id, kind, op, body, version, base_after, at)
        SELECT ?, scope, id, kind, 'delete', '{}', version, mid, ? FROM outbox WHERE mid = ?""",
        [new_id(now), now.isoformat(), mid],
    )


def drop(store: Store, mid: str) -> None:
    """The patient has seen a refused change and lets it go."""
    with store.db.atomic():
        store.db.execute("DELETE FROM outbox WHERE mid = ? AND reason IS NOT NULL", [mid])
    store.announce({"outbox"})
