"""Snapshots: all rows of a scope up to a number, cut into sealed segments once and handed to every device that asks.

Made when a device begins anew and a page would not do; the feed brings what changed since. They are a copy of what
`row` holds and may be thrown away at any time: a device that misses one asks anew.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from sync.protocol.segment import Line, name_of, pack
from sync.server.database import Database, Unit
from sync.server.seal import Seal
from sync.server.tables import row, scope, segment, snapshot

GRACE_MS = 24 * 3600 * 1000
PATIENCE = 5.0
AROUND = 100
_LINE = [row.c[name] for name in ("id", "kind", "rev", "seq", "deleted", "version", "body")]


@dataclass(frozen=True)
class Sizes:
    """Bytes of a segment before and after packing, zstd's level, and how many changes do not make a snapshot old.

    A device fetches the next segment while it takes one in: a kill costs two of them, which is less than 1 MiB.
    """

    raw: int = 4 << 20
    packed: int = 500 << 10
    level: int = 8
    changes: int = 1000


@dataclass(frozen=True)
class Made:
    """A snapshot: the number up to which it goes, and its segments in order, as they travel."""

    seq: int
    segments: list[dict[str, Any]]


class Snapshots:
    """The snapshots of one clinic. One is made at a time on each node."""

    def __init__(
        self, database: Database, secret: bytes, clock: Callable[[], datetime], sizes: Sizes | None = None
    ) -> None:
        self.database, self.clock, self.sizes = database, clock, sizes or Sizes()
        self._seal = Seal(secret, "evenkeel segments 1")
        self._turn = threading.Lock()

    def ready(self, unit: Unit) -> Made | None:
        """The newest snapshot of this scope, if it is of this life of it and little has changed since."""
        epoch, head, floor = unit.connection.execute(
            sa.select(scope.c.epoch, scope.c.head, scope.c.floor).where(scope.c.id == unit.scope)
        ).one()
        mine = snapshot.c.scope == unit.scope, snapshot.c.epoch == epoch, snapshot.c.seq.between(floor, head)
        newest = sa.select(snapshot).where(*mine).order_by(snapshot.c.seq.desc()).limit(1)
        found = unit.connection.execute(newest).first()
        if found is None or head - found.seq > max(self.sizes.changes, found.rows // 5):
            return None
        return Made(found.seq, json.loads(found.segments))

    def make(self, scope_id: str) -> Made | None:
        """A snapshot as of now. None while others take long, or when the scope began another life meanwhile."""
        if not self._turn.acquire(timeout=PATIENCE):
            return None
        try:
            with self.database.unit(scope_id) as unit:
                if made := self.ready(unit):
                    return made
                epoch, head = unit.connection.execute(
                    sa.select(scope.c.epoch, scope.c.head).where(scope.c.id == scope_id)
                ).one()
                segments = [self._keep(scope_id, *cut) for cut in cut_up(_rows(unit, head), self.sizes)]
            return self._settle(scope_id, epoch, Made(head, segments))
        finally:
            self._turn.release()

    def get(self, scopes: Collection[str], name: str) -> bytes | None:
        """The bytes of a segment, if one of these scopes holds it.

        A snapshot that names a segment which is gone, or which another secret sealed, is of no use: it is dropped.
        """
        for scope_id in scopes:
            with self.database.unit(scope_id) as unit:
                asked = sa.select(segment.c.sealed).where(segment.c.scope == scope_id, segment.c.hash == name)
                sealed = unit.connection.scalar(asked)
                if sealed and (plain := self._seal.open(sealed, _about(scope_id, name))):
                    return plain
                named = snapshot.c.scope == scope_id, snapshot.c.segments.contains(name, autoescape=True)
                is_broken = unit.connection.execute(sa.select(snapshot.c.seq).where(*named)).first()
            if is_broken:
                with self.database.unit(scope_id, write=True) as unit:
                    unit.connection.execute(sa.delete(snapshot).where(*named))
                    unit.connection.execute(
                        sa.delete(segment).where(segment.c.scope == scope_id, segment.c.hash == name)
                    )
        return None

    def sweep(self, unit: Unit) -> None:
        """Forget snapshots of yesterday that a newer one replaced, and segments that no snapshot names."""
        before, run = self._now_ms() - GRACE_MS, unit.connection.execute
        newest = sa.select(sa.func.max(snapshot.c.made_ms)).where(snapshot.c.scope == unit.scope)
        old = snapshot.c.scope == unit.scope, snapshot.c.made_ms < before
        run(sa.delete(snapshot).where(*old, snapshot.c.made_ms < newest.scalar_subquery()))
        kept = run(sa.select(snapshot.c.segments).where(snapshot.c.scope == unit.scope)).scalars().all()
        named = {one["hash"] for text in kept for one in json.loads(text)}
        mine = segment.c.scope == unit.scope, segment.c.made_ms < before
        for name in run(sa.select(segment.c.hash).where(*mine)).scalars().all():
            if name not in named:
                run(sa.delete(segment).where(*mine, segment.c.hash == name))

    def _keep(self, scope_id: str, packed: bytes, rows: int) -> dict[str, Any]:
        """Seal one segment and write it down, unless it is there already."""
        name = name_of(packed)
        mine = segment.c.scope == scope_id, segment.c.hash == name
        values = {"sealed": self._seal.close(packed, _about(scope_id, name)), "made_ms": self._now_ms()}
        with self.database.unit(scope_id, write=True) as unit:
            if not unit.connection.execute(sa.update(segment).where(*mine).values(values)).rowcount:
                unit.connection.execute(sa.insert(segment), {"scope": scope_id, "hash": name, **values})
        return {"hash": name, "rows": rows, "size": len(packed)}

    def _settle(self, scope_id: str, epoch: str, made: Made) -> Made | None:
        """The snapshot counts from here on, if the scope still lives the same life."""
        rows = sum(one["rows"] for one in made.segments)
        new = {"scope": scope_id, "epoch": epoch, "seq": made.seq, "rows": rows, "made_ms": self._now_ms()}
        with self.database.unit(scope_id, write=True) as unit:
            lock = sa.update(scope).where(scope.c.id == scope_id).values(head=scope.c.head)
            now = unit.connection.execute(lock.returning(scope.c.epoch, scope.c.floor)).one()
            if now.epoch != epoch or now.floor > made.seq or not made.segments:
                return None
            same = snapshot.c.scope == scope_id, snapshot.c.epoch == epoch, snapshot.c.seq == made.seq
            unit.connection.execute(sa.delete(snapshot).where(*same))
            unit.connection.execute(sa.insert(snapshot), {**new, "segments": json.dumps(made.segments)})
            self.sweep(unit)
        return made

    def _now_ms(self) -> int:
        return int(self.clock().timestamp() * 1000)


def cut_up(lines: Iterable[Line], sizes: Sizes) -> Iterator[tuple[bytes, int]]:
    """The rows in packed pieces, and how many are in each. A row that may fill a piece travels alone."""
    piece: list[Line] = []
    size = 0
    for line in lines:
        length = len(line[-1]) + AROUND
        alone = length > sizes.packed
        if piece and (alone or size + length > sizes.raw):
            yield from _packed(piece, sizes)
            piece, size = [], 0
        piece.append(line)
        size += sizes.raw if alone else length
    if piece:
        yield from _packed(piece, sizes)


def _packed(piece: list[Line], sizes: Sizes) -> Iterator[tuple[bytes, int]]:
    """One piece, or its halves where packing did not make it small."""
    data, half = pack(piece, sizes.level), len(piece) // 2
    if len(data) <= sizes.packed or not half:
        yield data, len(piece)
        return
    yield from _packed(piece[:half], sizes)
    yield from _packed(piece[half:], sizes)


def _rows(unit: Unit, head: int) -> Iterator[Line]:
    """All rows in order, read as they are asked for."""
    asked = sa.select(*_LINE).where(row.c.scope == unit.scope, row.c.seq <= head).order_by(row.c.seq)
    options = {"stream_results": True, "yield_per": 50}
    for one in unit.connection.execute(asked, execution_options=options):
        yield tuple(one)


def _about(scope_id: str, name: str) -> str:
    return f"{scope_id}\n{name}"
