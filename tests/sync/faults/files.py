"""The files that documents carry: none is missing where a document says that it is, on either end."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from app.context import App
from app.store import Store, shelf
from sync.models import Attachment
from sync.models.attachment import attachments_in
from sync.server.database import Database
from sync.server.tables import blob
from tests.sync.letters import Letter


def whole_at(url: str, of: str) -> set[str]:
    """The hashes of the files that the clinic has whole."""
    database = Database(url)
    try:
        with database.unit(of) as unit:
            asked = sa.select(blob.c.hash).where(blob.c.scope == of, blob.c.whole.is_(True))
            return set(unit.connection.scalars(asked))
    finally:
        database.dispose()


def named_by(bodies: list[str]) -> dict[str, Attachment]:
    """Every file that these documents name, by hash."""
    return {one.hash: one for body in bodies for one in attachments_in(body)}


def none_missing(store: Store) -> None:
    """What waits to be sent has its files here."""
    waiting = [one["body"] for one in store.rows("SELECT body FROM outbox WHERE op = 'put'")]
    away = [named.hash for named in named_by(waiting).values() if shelf.where(store, named) != "here"]
    assert not away, f"a change waits whose file is not here: {away[:3]}"


def none_missing_at(url: str, of: str, bodies: list[str]) -> None:
    """What the clinic took has its files there."""
    missing = named_by(bodies).keys() - whole_at(url, of)
    assert not missing, f"taken without its file: {sorted(missing)[:3]}"


async def all_fetched(app: App) -> int:
    """Fetch every file of every letter, and look at each byte. Returns how many."""
    assert app.engine
    files = [named for letter in app.store.find(Letter) for named in letter.attachments]
    for named in files:
        shelf.ask_for(app.store, named)
    await app.engine.sync_once()
    for named in files:
        found = hashlib.sha256()
        for data in shelf.read(app.store, named):
            found.update(data)
        assert found.hexdigest() == named.hash
    return len(files)
