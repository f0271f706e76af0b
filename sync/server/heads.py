"""Signs that a scope is as small as it looks, for devices that would lose more than they believe.

Only for a life of the scope that somebody vouches for: the first one, or one after a restored backup of which a person
at the clinic said that it is right (`clinic confirm`). So a wrong database put back empties no phone by itself: under
other secrets its signature counts nowhere, and under the same secrets it is not given.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from sync.protocol.head import Head, sign_head
from sync.server import cursor as cursors
from sync.server.database import Database
from sync.server.keys import Keys
from sync.server.tables import row, scope


def heads(
    database: Database, keys: Keys, asked: list[str], pages: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """A signed head for each scope asked about whose page was the last one, where it can be given."""
    last = {page["scope"]: page["cursor"] for page in pages if not page["more"] and not page.get("reset")}
    made = [_head(database, keys, one, last[one]) for one in dict.fromkeys(asked) if one in last]
    return [sign_head(head, keys.orders).model_dump() for head in made if head]


def vouch(database: Database, scope_id: str | None) -> list[str]:
    """A person says that this scope, or every one, is right as it is. Returns those nobody had vouched for."""
    said = []
    for one in database.scopes() if scope_id is None else [scope_id]:
        mine = sa.update(scope).where(scope.c.id == one, scope.c.vouched.is_(False))
        with database.unit(one, write=True) as unit:
            if unit.connection.execute(mine.values(vouched=True)).rowcount:
                said.append(one)
    return said


def _head(database: Database, keys: Keys, scope_id: str, text: str) -> Head | None:
    """How much the scope holds at this cursor; None where nobody vouches for it."""
    place = cursors.read(text, keys.cursor)
    if place is None:
        return None
    live = row.c.scope == scope_id, row.c.deleted.is_(False), row.c.seq <= place.seq
    with database.unit(scope_id) as unit:
        vouched = unit.connection.scalar(sa.select(scope.c.vouched).where(scope.c.id == scope_id))
        count = unit.connection.scalar(sa.select(sa.func.count()).select_from(row).where(*live))
    return Head(scope=scope_id, cursor=text, rows=count or 0) if vouched else None
