"""A fence around a clinic that moves or has moved: from then on its database itself refuses every write.

A server that still runs on it can read on and answers "unwell" to whoever says something; nothing is acknowledged that
the new place does not get.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from sync.server.tables import meta, move

OPERATIONS = ("INSERT", "UPDATE", "DELETE")
REFUSAL = "this clinic has moved"
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION moved() RETURNS trigger LANGUAGE plpgsql "
    f"AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
)


@dataclass(frozen=True)
class Leaving:
    """A move from here: to which place, under which mark, and whether it is finished."""

    place: str
    mark: str
    done: bool


def leaving(connection: sa.Connection) -> Leaving | None:
    """The move from here, finished or not."""
    found = connection.execute(sa.select(move).where(move.c.way == "out")).first()
    return Leaving(found.place, found.mark, found.done) if found else None


def raise_fence(connection: sa.Connection, place: str, mark: str, now_ms: int) -> None:
    """Write down where it goes, and refuse every other write from the end of this transaction on."""
    out = {"way": "out", "place": place, "mark": mark, "at_ms": now_ms, "done": False}
    connection.execute(sa.insert(move), out)
    for statement in _up(connection.dialect.name == "postgresql"):
        connection.exec_driver_sql(statement)


def take_fence_away(connection: sa.Connection) -> None:
    """The clinic stays after all."""
    postgres = connection.dialect.name == "postgresql"
    for table in _guarded():
        for operation in ("ALL",) if postgres else OPERATIONS:
            on = f' ON "{table}"' if postgres else ""
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "moved_{table}_{operation}"{on}')
    connection.execute(sa.delete(move).where(move.c.way == "out"))


def _up(postgres: bool) -> Iterator[str]:
    if postgres:
        yield _FUNCTION
    for table in _guarded():
        if postgres:
            events = " OR ".join(OPERATIONS)
            yield (
                f'CREATE TRIGGER "moved_{table}_ALL" BEFORE {events} ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION moved()"
            )
            continue
        for operation in OPERATIONS:
            yield (
                f'CREATE TRIGGER "moved_{table}_{operation}" BEFORE {operation} ON "{table}" '
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )


def _guarded() -> Iterator[str]:
    yield from (table.name for table in meta.sorted_tables if table is not move)
