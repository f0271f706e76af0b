"""What resources refer to and nobody's record claims: the doctor, the ward, the medicine behind a prescription.

A device holds one patient's scope and no other, so each patient gets a copy of what their own resources name. A copy
follows its original when that changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import sqlalchemy as sa

from sync.fhir.owner import references
from sync.fhir.reading import Found
from sync.models import derive_id
from sync.server.database import Database
from sync.server.ledger import Ledger
from sync.server.pull.offer import SHARED
from sync.server.tables import patient, row

Key = tuple[str, str]
CHUNK = 400
_LINK = re.compile(rf"({'|'.join(SHARED)})/([A-Za-z0-9.-]{{1,64}})(?:/_history/[^/]+)?$")


class _Body(msgspec.Struct):
    resource: msgspec.Raw


def key_of(link: str, base: str) -> Key | None:
    """The type and id behind a reference to something shared on this server; None for any other."""
    match = _LINK.match(link.removeprefix(f"{base}/"))
    return (match[1], match[2]) if match else None


def shared(found: Iterable[Found]) -> dict[Key, Found]:
    """Of these, what belongs to no patient, by key."""
    return {(item.type, item.id): item for item in found if item.type in SHARED}


def named(found: Iterable[Found], base: str) -> set[Key]:
    """What these resources refer to that is shared."""
    links = {link for item in found for link in references(item.raw)}
    return {key for key in (key_of(link, base) for link in links) if key}


def circle(items: Iterable[Found], around: Mapping[Key, Found], base: str) -> dict[Key, Found]:
    """Of what is around, that which these resources name, and what that names in turn."""
    near: dict[Key, Found] = {}
    waiting = [*items]
    while waiting:
        for key in named([waiting.pop()], base):
            if key in around and key not in near:
                near[key] = around[key]
                waiting.append(around[key])
    return near


def held(database: Database, scope: str, keys: Iterable[Key], base: str) -> dict[Key, Found]:
    """Of these resources, those that a scope holds, as they were last imported."""
    wanted = {derive_id("record", *key): key for key in keys}
    with database.unit(scope) as unit:
        rows = [one for ids in _chunks([*wanted]) for one in unit.connection.execute(_live(scope, ids))]
    return {wanted[one.id]: _found(*wanted[one.id], one.body, base) for one in rows}


def _found(type: str, id: str, body: str, base: str) -> Found:
    raw = bytes(msgspec.json.decode(body, type=_Body).resource)
    return Found(type, id, raw, msgspec.json.decode(raw), "", f"{base}/{type}/{id}")


def follow(database: Database, scope: str, keys: Iterable[Key], now_ms: int) -> None:
    """Bring the copies that patients hold of these to what the scope of the originals says now."""
    ids = [derive_id("record", *key) for key in keys]
    with database.directory() as connection:
        people = connection.scalars(sa.select(patient.c.scope)).all()
    for part in _chunks(ids):
        with database.unit(scope) as unit:
            now = {one.id: one for one in unit.connection.execute(_live(scope, part))}
        for person in people if now else ():
            _refresh(database, person, now, now_ms)


def _refresh(
    database: Database, scope: str, now: Mapping[str, sa.Row[tuple[str, str, str, int]]], now_ms: int
) -> None:
    with database.unit(scope) as unit:
        old = [
            one.id for one in unit.connection.execute(_live(scope, [*now])) if one.body != now[one.id].body
        ]
    if old:
        with database.unit(scope, write=True) as unit:
            ledger = Ledger(unit, now_ms)
            for id in old:
                ledger.put(id, now[id].kind, now[id].body, now[id].version)
            ledger.close()


def _live(scope: str, ids: Sequence[str]) -> sa.Select[tuple[str, str, str, int]]:
    asked = sa.select(row.c.id, row.c.kind, row.c.body, row.c.version)
    return asked.where(row.c.scope == scope, row.c.id.in_(ids), row.c.deleted.is_(False))


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
