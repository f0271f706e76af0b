"""One exchange of one device: judge what it says, then hand it what it has not seen."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import zstandard

from sync.protocol.attachments import ATTACHMENTS
from sync.protocol.wire import Exchange, Mutation, Verdict
from sync.server import cursor as cursors
from sync.server.cursor import Cursor
from sync.server.database import Database
from sync.server.feed import Budget, page
from sync.server.gate import CONTENT, Visitor
from sync.server.heads import heads
from sync.server.keys import Keys
from sync.server.snapshots import Snapshots
from sync.server.verdicts import Bench

SMALL = 500
_local = threading.local()


def answer(
    database: Database,
    keys: Keys,
    clock: Callable[[], datetime],
    visitor: Visitor,
    asked: Exchange,
    snapshots: Snapshots | None = None,
) -> dict[str, Any]:
    """The reply to an exchange, as it travels. What version 1 does not know is said to later ones only."""
    new, now = asked.v >= 2, clock()
    verdicts = judge(database, now, visitor, asked, keys.cursor)
    echo = {verdict.mid for verdict in verdicts if verdict.status in ("ok", "dup")}
    budget = Budget(asked.limit)
    granted = sorted(visitor.grants, key=lambda scope: (scope == CONTENT, scope))
    pages = [
        page(database, scope, asked.cursors.get(scope), budget, echo, keys.cursor, snapshots if new else None)
        for scope in granted
    ]
    signed = heads(database, keys, asked.confirm, pages) if new else []
    return {
        "v": asked.v,
        "verdicts": [verdict.model_dump(exclude_none=True) for verdict in verdicts],
        "pages": pages,
        "ended": sorted(scope for scope in asked.cursors if scope not in visitor.grants),
        **({"at": now.isoformat()} if new else {}),
        **({"heads": signed} if signed else {}),
    }


def judge(database: Database, now: datetime, visitor: Visitor, asked: Exchange, key: bytes) -> list[Verdict]:
    """A verdict for every mutation, in the order they came; one transaction per scope.

    None for a scope whose clinic was restored since this device last heard of it: first it must offer again what was
    forgotten, in the order in which it was done.
    """
    verdicts: dict[int, Verdict] = {}
    for scope in dict.fromkeys(mutation.scope for mutation in asked.mutations):
        mine = [(place, one) for place, one in enumerate(asked.mutations) if one.scope == scope]
        said = [one for _, one in mine]
        since = cursors.read(asked.cursors.get(scope) or "", key)
        made = _in_scope(database, now, visitor, scope, said, since, asked.v >= ATTACHMENTS)
        verdicts.update(zip((place for place, _ in mine), made, strict=False))
    return [verdicts[place] for place in sorted(verdicts)]


def _in_scope(
    database: Database,
    now: datetime,
    visitor: Visitor,
    scope: str,
    said: list[Mutation],
    since: Cursor | None,
    awaits: bool,
) -> list[Verdict]:
    if not visitor.may_write(scope):
        return [Verdict(mid=m.mid, status="rejected", id=m.id, reason="no_access") for m in said]
    with database.unit(scope, write=True) as unit:
        bench = Bench(unit, visitor.device, now, awaits)
        return [] if since and bench.is_of_another_life(since) else bench.judge(said)


def packed(reply: dict[str, Any], accepted: str) -> tuple[bytes, str | None]:
    """The reply as bytes, small ones plain, others in the best packing the device takes."""
    body = msgspec.json.encode(reply)
    if len(body) <= SMALL:
        return body, None
    offered = {part.partition(";")[0].strip() for part in accepted.split(",")}
    if "zstd" in offered:
        return _zstd().compress(body), "zstd"
    if "gzip" in offered:
        return gzip.compress(body, 5), "gzip"
    return body, None


def _zstd() -> zstandard.ZstdCompressor:
    """Compressors are not for sharing between threads."""
    if not hasattr(_local, "zstd"):
        _local.zstd = zstandard.ZstdCompressor(level=3)
    made: zstandard.ZstdCompressor = _local.zstd
    return made
