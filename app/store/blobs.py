"""Attachments on this device: their bytes in parts, one in memory at a time, and what the clinic has of them.

`there`: 0 the clinic has not said that it holds it, 1 it holds it, 2 it did once and is asked again. What it does not
hold is never let go. What it holds can be fetched again, so it goes when room is wanted, the longest unused first: but
not what is kept on purpose, not what a change in the outbox names, and what was made here not for 30 days.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlite_utils import Database

from app.core.errors import RuleBroken
from sync.models.attachment import MAX_BYTES, Attachment, attachments_in
from sync.protocol.attachments import PART, Blob
from sync.protocol.wire import Mutation

BUDGET = 256 << 20
OWN_FOR = timedelta(days=30)
LOOSE_FOR = timedelta(days=1)
NAMED = (
    "EXISTS (SELECT 1 FROM outbox WHERE outbox.scope = blobs.scope AND instr(outbox.body, blobs.hash) > 0{})"
)
SHOWN = "EXISTS (SELECT 1 FROM docs WHERE docs.scope = blobs.scope AND instr(docs.body, blobs.hash) > 0)"
HELD = """SELECT o.scope, o.id, min(o.n) AS n FROM blobs AS b CROSS JOIN outbox AS o
    WHERE b.there <> 1 AND o.scope = b.scope AND o.reason IS NULL AND instr(o.body, b.hash) > 0
    GROUP BY o.scope, o.id"""
WAITING = f"""SELECT o.mid, b.whole, b.refused FROM ({HELD}) AS first
    JOIN outbox AS o ON o.scope = first.scope AND o.id = first.id AND o.n >= first.n AND o.reason IS NULL
    JOIN outbox AS named ON named.scope = o.scope AND named.n = first.n
    JOIN blobs AS b ON b.scope = o.scope AND b.there <> 1 AND instr(named.body, b.hash) > 0"""
FREE = f"""there = 1 AND kept = 0 AND wanted = 0 AND (made = 0 OR there_at < ?) AND NOT {NAMED.format("")}"""
LOOSE = f"""there = 0 AND wanted = 0 AND kept = 0 AND at < ? AND NOT {NAMED.format("")} AND NOT {SHOWN}"""
NAMING = """SELECT scope, body, at, 0 AS there FROM outbox WHERE instr(body, :hash) > 0
    UNION ALL SELECT scope, body, '', 2 FROM docs WHERE instr(body, :hash) > 0"""
ADOPT = """INSERT OR IGNORE INTO blobs (n, scope, hash, size, type, at, made, there, kept)
    VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)"""


def attach(db: Database, source: bytes | BinaryIO, type: str, name: str, scope: str, at: str) -> Attachment:
    """Keep a file's bytes; a document that names it may follow. Raises RuleBroken for one too big, or empty."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    made = "INSERT INTO blobs (scope, hash, size, type, at, made) VALUES (?, '', 0, ?, ?, 1)"
    n = db.execute(made, [scope, type, at]).lastrowid
    digest, size = hashlib.sha256(), 0
    for place, data in enumerate(_parts_of(stream)):
        digest.update(data)
        size += len(data)
        if size > MAX_BYTES:
            raise RuleBroken("attachments.too_big")
        db.execute("INSERT INTO parts VALUES (?, ?, ?)", [n, place, data])
    if not size:
        raise RuleBroken("attachments.empty")
    found = Attachment(hash=digest.hexdigest(), size=size, type=type, name=name)
    _put_in_place(db, int(n or 0), found, scope)
    return found


def _parts_of(stream: BinaryIO) -> Iterator[bytes]:
    """A stream cut into whole parts, however little it gives at a time."""
    data = b""
    while more := stream.read(PART - len(data)):
        data += more
        if len(data) == PART:
            yield data
            data = b""
    if data:
        yield data


def _put_in_place(db: Database, n: int, found: Attachment, scope: str) -> None:
    """The new blob takes the place of what there was of the same hash, and what was known of that."""
    mine = [scope, found.hash]
    before = db.execute(
        "SELECT there, there_at, kept FROM blobs WHERE scope = ? AND hash = ?", mine
    ).fetchone()
    db.execute("DELETE FROM blobs WHERE scope = ? AND hash = ?", mine)
    db.execute(
        """UPDATE blobs SET hash = ?, size = ?, have = ?, whole = 1, there = ?, there_at = ?, kept = ?
            WHERE n = ?""",
        [found.hash, found.size, found.size, *(before or (0, None, 0)), n],
    )


def known(db: Database, scope: str, hash: str) -> int | None:
    """The number of a blob's row, if this device knows it."""
    row = db.execute("SELECT n FROM blobs WHERE scope = ? AND hash = ?", [scope, hash]).fetchone()
    return int(row[0]) if row else None


def note(db: Database, named: Attachment, scope: str, at: str, there: int) -> None:
    """Know of a blob, with no bytes yet."""
    db.execute(
        "INSERT OR IGNORE INTO blobs (scope, hash, size, type, at, there) VALUES (?, ?, ?, ?, ?, ?)",
        [scope, named.hash, named.size, named.type, at, there],
    )


def lack(db: Database, mutation: Mutation, wants: Sequence[str], at: str) -> None:
    """The clinic lacks attachments of this change: it waits, and they are offered."""
    for named in attachments_in(mutation.body):
        if named.hash in wants:
            note(db, named, mutation.scope, at, 0)
            db.execute(
                "UPDATE blobs SET there = 0 WHERE scope = ? AND hash = ?", [mutation.scope, named.hash]
            )


def doubt(db: Database, scope: str | None = None) -> None:
    """The clinic may have forgotten what it held: whatever is whole here is offered again."""
    where = "there = 1 AND whole = 1 AND (? IS NULL OR scope = ?)"
    db.execute(f"UPDATE blobs SET there = 2 WHERE {where}", [scope, scope])


def leave(db: Database, scope: str) -> None:
    """This device may no longer read the scope: only what a change set aside still names stays."""
    db.execute(f"DELETE FROM blobs WHERE scope = ? AND NOT {NAMED.format('')}", [scope])


def unsent(db: Database) -> list[Blob]:
    """What the clinic has not said that it holds, and must have."""
    needed = NAMED.format(" AND outbox.reason IS NULL")
    sql = f"SELECT scope, hash, size FROM blobs WHERE there = 2 OR (there = 0 AND {needed}) ORDER BY n"
    return [Blob(scope=scope, hash=hash, size=size) for scope, hash, size in db.execute(sql)]


def part(db: Database, scope: str, hash: str, n: int) -> bytes:
    """One part's bytes; none where it is not here."""
    sql = """SELECT bytes FROM parts JOIN blobs ON blobs.n = parts.blob
        WHERE blobs.scope = ? AND blobs.hash = ? AND parts.n = ?"""
    row = db.execute(sql, [scope, hash, n]).fetchone()
    return bytes(row[0]) if row else b""


def take(db: Database, blob: Blob, n: int, data: bytes) -> None:
    """Keep parts that came, from part `n` on, unless they are here already or nobody asks any more."""
    row = db.execute(
        "SELECT n, have FROM blobs WHERE scope = ? AND hash = ?", [blob.scope, blob.hash]
    ).fetchone()
    if row is None or row[1] != n * PART:
        return
    pieces = [data[at : at + PART] for at in range(0, len(data), PART)]
    for place, piece in enumerate(pieces, n):
        db.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", [row[0], place, piece])
    db.execute("UPDATE blobs SET have = ? WHERE n = ?", [row[1] + len(data), row[0]])


def finish(db: Database, blob: Blob, at: str) -> bool:
    """Prove the hash of what came: readable from now on, or gone. True when it was right."""
    digest = hashlib.sha256()
    for n in range(blob.parts):
        digest.update(part(db, blob.scope, blob.hash, n))
    right = digest.hexdigest() == blob.hash
    if right:
        change = "whole = 1, there = 1, wanted = 0, refused = NULL, at = ?"
    else:
        change = "have = 0, wanted = 0, refused = 'damaged', at = ?"
        db.execute("DELETE FROM parts WHERE blob = ?", [known(db, blob.scope, blob.hash)])
    db.execute(f"UPDATE blobs SET {change} WHERE scope = ? AND hash = ?", [at, blob.scope, blob.hash])
    return right


def make_room(db: Database, now: datetime, budget: int = BUDGET) -> None:
    """Let go of what can be fetched again beyond the budget, and of what was attached and never used."""
    db.execute(f"DELETE FROM blobs WHERE {LOOSE}", [(now - LOOSE_FOR).isoformat()])
    free = f"SELECT n, have FROM blobs WHERE {FREE} ORDER BY at DESC"
    taken = 0
    for n, have in db.execute(free, [(now - OWN_FOR).isoformat()]).fetchall():
        taken += have
        if taken > budget:
            db.execute("DELETE FROM blobs WHERE n = ?", [n])


def recount(db: Database) -> None:
    """After a rescue: a blob has what is there without a gap; parts without one go to whatever names them.

    Parts behind a gap stay: the clinic may have those before it. So do parts that nothing names any more.
    """
    lost = "SELECT DISTINCT blob FROM parts WHERE blob NOT IN (SELECT n FROM blobs)"
    for (n,) in db.execute(lost).fetchall():
        _adopt(db, n)
    for n, size in db.execute("SELECT n, size FROM blobs").fetchall():
        have = _unbroken(db, n)
        db.execute("UPDATE blobs SET have = ?, whole = ? WHERE n = ?", [have, int(have == size), n])


def _adopt(db: Database, n: int) -> None:
    """Find out whose these parts are. What has no name is kept on purpose, under no scope."""
    digest, size = hashlib.sha256(), 0
    for (place,) in db.execute("SELECT n FROM parts WHERE blob = ? ORDER BY n", [n]).fetchall():
        (data,) = db.execute("SELECT bytes FROM parts WHERE blob = ? AND n = ?", [n, place]).fetchone()
        digest.update(data)
        size += len(data)
    hash = digest.hexdigest()
    for scope, body, at, there in db.execute(NAMING, {"hash": hash}).fetchall():
        for named in attachments_in(body):
            if named.hash == hash and known(db, scope, hash) is None:
                db.execute(ADOPT, [n, scope, hash, named.size, named.type, at, there, 0])
                return
    if db.execute(ADOPT, [n, "", hash, size, "", "", 0, 1]).rowcount < 1:
        db.execute("DELETE FROM parts WHERE blob = ?", [n])  # the same bytes are here already


def _unbroken(db: Database, n: int) -> int:
    have = 0
    for place, length in db.execute("SELECT n, length(bytes) FROM parts WHERE blob = ? ORDER BY n", [n]):
        if place * PART != have:
            break
        have += length
    return have
