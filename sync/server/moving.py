"""Moves a whole clinic to another database, SQLite or PostgreSQL, without losing a row.

First a fence: the old database refuses every write. Then everything is copied in one transaction of the new one,
which ends only when each table and scope there has the same rows. Then the old one is marked as moved. Killed at any
moment, it is run again: the new database is empty, or whole. Epochs, cursors and secrets go along, so that no device
notices. Which tables there are is read from `tables`: a new one comes along by itself.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sync.server.clinic import Clinic
from sync.server.database import Database
from sync.server.errors import Moved, MoveUnfinished, NotEmpty, NotTheSame
from sync.server.fence import leaving, raise_fence, take_fence_away
from sync.server.tables import SCOPED, meta, move, scope

CHUNK, HEAVY = 500, 16
"""Rows in memory at once; of a table that holds bytes, fewer."""
REPLACED = ("secret", "proof")
"""What a new clinic makes by itself and nobody depends on yet."""
Part = tuple[str, str | None]


@dataclass
class Tally:
    """How many rows, and a sum of their digests: the same for the same rows in any order."""

    rows: int = 0
    digest: int = 0

    def add(self, row: Sequence[Any]) -> None:
        """Count one row in."""
        plain = [bytes(value) if isinstance(value, memoryview) else value for value in row]
        self.rows += 1
        self.digest += int.from_bytes(hashlib.sha256(repr(plain).encode()).digest(), "big")
        self.digest %= 1 << 256


Tallies = dict[Part, Tally]


def move_clinic(source: Clinic, target: Clinic, say: Callable[[str], Any] = lambda _: None) -> dict[str, int]:
    """Move it. Returns the rows of each table.

    Raises Moved, MoveUnfinished, NotEmpty before anything is changed; NotTheSame or a DatabaseError leave the target
    empty and the source behind its fence: run it again, or `stay`.
    """
    source.database.require()
    source.database.migrate()
    target.database.migrate()
    mark = _begin(source, target)
    whole = _arrived(
        target.database, mark
    )  # it was compared before it was let in, and may be in service by now
    tallies = _tallies(source.database) if whole else _copy(source, target, mark, say)
    with source.database.directory(write=True) as connection:
        connection.execute(sa.update(move).where(move.c.way == "out").values(done=True))
    return _by_table(tallies)


def stay(source: Clinic, target: Clinic) -> None:
    """Give an unfinished move up. Raises Moved where it is finished, also when only the old side does not know it."""
    with source.database.directory() as connection:
        out = leaving(connection)
    target.database.migrate()
    if out and (out.done or _arrived(target.database, out.mark)):
        raise Moved(source.database.shown, out.place)
    with source.database.directory(write=True) as connection:
        take_fence_away(connection)


def _begin(source: Clinic, target: Clinic) -> str:
    """The mark of this move: that of an unfinished one, or a new one with a new fence."""
    place = target.database.shown
    with source.database.directory() as connection:
        out = leaving(connection)
    if place == source.database.shown:
        raise NotEmpty(place)
    if out is None:
        _must_be_empty(target.database)
        mark = secrets.token_hex(8)
        with source.database.directory(write=True) as connection:
            raise_fence(connection, place, mark, _now(source))
        return mark
    if out.done:
        raise Moved(source.database.shown, out.place)
    if out.place != place:
        raise MoveUnfinished(out.place)
    if not _arrived(target.database, out.mark):
        _must_be_empty(target.database)
    return out.mark


def _must_be_empty(database: Database) -> None:
    with database.directory() as connection:
        for table in meta.sorted_tables:
            if table.name not in REPLACED and connection.execute(sa.select(table).limit(1)).first():
                raise NotEmpty(database.shown)


def _arrived(database: Database, mark: str) -> bool:
    with database.directory() as connection:
        asked = sa.select(move.c.mark).where(move.c.way == "in")
        return connection.scalar(asked) == mark


def _copy(source: Clinic, target: Clinic, mark: str, say: Callable[[str], Any]) -> Tallies:
    tallies: Tallies = {}
    with source.database.directory() as old, target.database.directory(write=True) as new:
        for name in REPLACED:
            new.execute(sa.delete(meta.tables[name]))
        for table in _tables():
            say(table.name)
            for part, rows in _parts(source.database, old, table):
                target.database.enter(new, part[1])
                tally = tallies.setdefault(part, Tally())
                for chunk in rows:
                    new.execute(sa.insert(table), [dict(row._mapping) for row in chunk])
                    for row in chunk:
                        tally.add(row)
        say("verify")
        _compare(tallies, _tallies_in(target.database, new))
        came = {
            "way": "in",
            "place": source.database.shown,
            "mark": mark,
            "at_ms": _now(target),
            "done": True,
        }
        new.execute(sa.insert(move), came)
    return tallies


def _tables() -> Iterator[sa.Table]:
    return (table for table in meta.sorted_tables if table is not move)


def _parts(
    database: Database, connection: sa.Connection, table: sa.Table
) -> Iterator[tuple[Part, Iterator[Sequence[sa.Row[Any]]]]]:
    """The rows of a table in chunks: for a scope table scope by scope, since PostgreSQL shows no other."""
    asked, own = sa.select(table), _own(table)
    if own is None:
        yield (table.name, None), _chunks(connection, asked)
        return
    for one in _scopes(connection, own):
        database.enter(connection, one)
        yield (table.name, one), _chunks(connection, asked.where(own == one))


def _own(table: sa.Table) -> sa.Column[Any] | None:
    """The column that says to which scope a row belongs, where PostgreSQL guards by it."""
    if table is scope:
        return table.c.id
    return table.c.scope if table.name in SCOPED else None


def _scopes(connection: sa.Connection, own: sa.Column[Any]) -> list[str]:
    """Every scope, and on SQLite also what rows name that nobody lists."""
    listed = connection.scalars(sa.select(scope.c.id))
    return sorted({*listed, *connection.scalars(sa.select(own).distinct())})


def _chunks(connection: sa.Connection, asked: sa.Select[Any]) -> Iterator[Sequence[sa.Row[Any]]]:
    heavy = any(isinstance(column.type, sa.LargeBinary) for column in asked.selected_columns)
    yield from connection.execute(asked.execution_options(yield_per=HEAVY if heavy else CHUNK)).partitions()


def _tallies(database: Database) -> Tallies:
    with database.directory() as connection:
        return _tallies_in(database, connection)


def _tallies_in(database: Database, connection: sa.Connection) -> Tallies:
    tallies: Tallies = {}
    for table in _tables():
        for part, rows in _parts(database, connection, table):
            tally = tallies.setdefault(part, Tally())
            for chunk in rows:
                for row in chunk:
                    tally.add(row)
    return tallies


def _compare(here: Tallies, there: Tallies) -> None:
    for part in sorted({*here, *there}, key=str):
        if here.get(part, Tally()) != there.get(part, Tally()):
            raise NotTheSame(part[0])


def _by_table(tallies: Tallies) -> dict[str, int]:
    found: dict[str, int] = {}
    for (table, _), tally in tallies.items():
        found[table] = found.get(table, 0) + tally.rows
    return found


def _now(clinic: Clinic) -> int:
    return int(clinic.clock().timestamp() * 1000)
