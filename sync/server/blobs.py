"""Attachments at the clinic: sealed parts of one scope, taken in until a blob is whole and its hash is right.

Every part is AES-256-GCM under a key of its own blob (HKDF of the clinic's `blobs` secret, scope and hash), with
scope, hash and place as associated data: a part that was moved, swapped or changed does not open. A blob is reached
through its scope alone, and the same bytes in two scopes are two blobs: who holds one learns nothing of the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sync.models.attachment import MAX_BYTES, Attachment
from sync.protocol.attachments import PART, Blob, Head, Held, Part
from sync.server.database import Unit
from sync.server.errors import BlobDamaged, NoRoom
from sync.server.seal import Seal
from sync.server.tables import blob, blob_part, scope

DAY_MS = 24 * 60 * 60 * 1000
OVERHEAD = 4096


@dataclass(frozen=True)
class Caps:
    """Bytes of one blob and of all of a scope, and how long an upload may stand still before it is swept."""

    blob: int = MAX_BYTES
    scope: int = 2 << 30
    days: int = 7


def seal_of(secret: bytes, scope: str, hash: str) -> Seal:
    """What seals and opens the parts of one blob."""
    return Seal(secret, f"evenkeel blob 1\n{scope}\n{hash}")


def place(scope: str, hash: str, n: int) -> str:
    """What a sealed part is bound to."""
    return f"{scope}\n{hash}\n{n}"


class Blobs:
    """The attachments of one scope, inside one transaction."""

    def __init__(self, unit: Unit, secret: bytes, caps: Caps, now_ms: int) -> None:
        self.unit, self.secret, self.caps, self.now_ms = unit, secret, caps, now_ms

    def offer(self, offered: Blob, device: str) -> Held:
        """Make room for a blob, or say how much of it is here already, or why it cannot be taken. Offers queue."""
        if offered.size > self.caps.blob:
            return Held(refused="too_big")
        queue = sa.select(scope.c.id).where(scope.c.id == self.unit.scope).with_for_update()
        self.unit.connection.execute(queue)
        found = self._find(offered.hash)
        if found is not None and (found.whole or found.size == offered.size):
            return Held(have=found.have, whole=found.whole)
        if found is not None:
            self._drop(offered.hash)
        if self._taken() + offered.size + OVERHEAD > self.caps.scope:
            return Held(refused="full")
        line = {"hash": offered.hash, "size": offered.size, "have": 0, "whole": False}
        when = {"scope": self.unit.scope, "device": device, "touched_ms": self.now_ms}
        self.unit.connection.execute(sa.insert(blob), line | when)
        return Held()

    def take(self, part: Part) -> Held:
        """Take in the part that comes next; any other changes nothing. The last one proves the hash, or all go."""
        offered, n = part.head.blob, part.head.n
        lock = sa.update(blob).where(*self._mine(offered.hash)).values(touched_ms=self.now_ms)
        found = self.unit.connection.execute(lock.returning(blob.c.size, blob.c.have, blob.c.whole)).first()
        if found is None or found.size != offered.size:
            return Held()
        fits = n < offered.parts and len(part.data) == offered.length(n)
        if found.whole or n * PART != found.have or not fits:
            return Held(have=found.have, whole=found.whole)
        sealed = seal_of(self.secret, self.unit.scope, offered.hash).close(
            part.data, place(self.unit.scope, offered.hash, n)
        )
        row = {"scope": self.unit.scope, "hash": offered.hash, "n": n, "sealed": sealed}
        self.unit.connection.execute(sa.insert(blob_part), row)
        return self._grown(offered, found.have + len(part.data))

    def read(self, hash: str, n: int, count: int) -> bytes | None:
        """Parts from `n` on of a blob that is whole; None where there is none. Raises BlobDamaged."""
        found = self._find(hash)
        if found is None or not found.whole:
            return None
        parts = list(self._parts(hash, n, n + count))
        if None in parts:
            raise BlobDamaged(hash)
        return b"".join(part for part in parts if part is not None)

    def sweep(self) -> None:
        """Forget uploads that stood still for too long. What is whole stays."""
        late = self.now_ms - self.caps.days * DAY_MS
        asked = sa.select(blob.c.hash).where(blob.c.scope == self.unit.scope, blob.c.whole.is_(False))
        for hash in self.unit.connection.scalars(asked.where(blob.c.touched_ms < late)).all():
            self._drop(hash)

    def _grown(self, offered: Blob, have: int) -> Held:
        whole = have == offered.size
        if whole and self._hash(offered) != offered.hash:
            self._drop(offered.hash)
            return Held()
        change = sa.update(blob).where(*self._mine(offered.hash)).values(have=have, whole=whole)
        self.unit.connection.execute(change)
        return Held(have=have, whole=whole)

    def _hash(self, offered: Blob) -> str:
        digest = hashlib.sha256()
        for data in self._parts(offered.hash, 0, offered.parts):
            digest.update(data or b"")
        return digest.hexdigest()

    def _parts(self, hash: str, first: int, behind: int) -> Iterator[bytes | None]:
        """Parts in order, one in memory at a time; None for one that does not open."""
        seal = seal_of(self.secret, self.unit.scope, hash)
        mine = blob_part.c.scope == self.unit.scope, blob_part.c.hash == hash
        for n in range(first, behind):
            asked = sa.select(blob_part.c.sealed).where(*mine, blob_part.c.n == n)
            if (sealed := self.unit.connection.scalar(asked)) is None:
                return
            yield seal.open(sealed, place(self.unit.scope, hash, n))

    def _find(self, hash: str) -> sa.Row[Any] | None:
        return self.unit.connection.execute(sa.select(blob).where(*self._mine(hash))).first()

    def _mine(self, hash: str) -> tuple[Any, Any]:
        return blob.c.scope == self.unit.scope, blob.c.hash == hash

    def _taken(self) -> int:
        """Bytes promised to this scope's blobs, whole or not."""
        asked = sa.select(sa.func.coalesce(sa.func.sum(blob.c.size + OVERHEAD), 0))
        return int(self.unit.connection.scalar(asked.where(blob.c.scope == self.unit.scope)) or 0)

    def _drop(self, hash: str) -> None:
        mine = blob_part.c.scope == self.unit.scope, blob_part.c.hash == hash
        self.unit.connection.execute(sa.delete(blob_part).where(*mine))
        self.unit.connection.execute(sa.delete(blob).where(*self._mine(hash)))


def sizes_of(unit: Unit, wanted: Iterable[str]) -> dict[str, int]:
    """Of these hashes, those that are whole in this scope, with their sizes."""
    asked = sa.select(blob.c.hash, blob.c.size).where(blob.c.scope == unit.scope, blob.c.whole)
    hashes = list(wanted)
    return dict(unit.connection.execute(asked.where(blob.c.hash.in_(hashes))).all()) if hashes else {}


def keep(blobs: Blobs, named: Attachment, data: bytes) -> None:
    """Take all of it in at once: what the clinic itself attaches. Raises NoRoom."""
    offered = Blob(scope=blobs.unit.scope, hash=named.hash, size=named.size)
    held = blobs.offer(offered, "")
    if held.refused:
        raise NoRoom(held.refused)
    for n in range(held.have // PART, 0 if held.whole else offered.parts):
        blobs.take(Part(Head(blob=offered, n=n), data[n * PART : (n + 1) * PART]))
