"""A first download in pieces, with the real app, the real API and everything in between but a socket."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.store import generation
from sync.models import Record
from sync.protocol.errors import NotTheClinic, Unwell
from sync.server.tables import segment, snapshot
from tests.conftest import ROSA, Phone

SCOPE = f"patient:{ROSA}"


@pytest.fixture
async def fresh(new_phone: Callable[[str], Phone]) -> Phone:
    """Rosa's new phone before its first sync. Its pages hold less than her record."""
    device = await new_phone("fresh").enrol()
    assert device.app.engine
    device.app.engine.limit = 300
    return device


def forget(phone: Phone, *tables: sa.Table) -> None:
    """The clinic throws these away."""
    with phone.clinic.database.unit(SCOPE, write=True) as unit:
        for table in tables:
            unit.connection.execute(sa.delete(table).where(table.c.scope == SCOPE))


async def test_a_record_comes_in_pieces_and_is_the_same(fresh: Phone, tablet: Phone) -> None:
    await tablet.sync()
    got = await fresh.sync()
    view = "SELECT id, kind, body, rev, seq FROM docs ORDER BY id"
    assert fresh.store.rows(view) == tablet.store.rows(view) and fresh.store.find(Record)
    assert got.received == len(fresh.store.rows(view)) and fresh.store.catching_up() is None
    with fresh.clinic.database.unit(SCOPE) as unit:
        assert unit.connection.execute(sa.select(segment.c.hash)).all()


async def test_a_piece_thrown_away_meanwhile_is_asked_for_anew(fresh: Phone) -> None:
    engine = fresh.app.engine
    assert engine
    fetch, tries = engine.transport.fetch, []

    async def late(path: str, said: bytes) -> bytes:
        tries.append(path)
        if len(tries) == 1:
            forget(fresh, segment)
        return await fetch(path, said)

    engine.transport.fetch = late  # type: ignore[method-assign]
    await fresh.sync()
    assert len(tries) > 1 and fresh.store.find(Record) and fresh.store.catching_up() is None


async def test_a_clinic_without_the_pieces_it_names_is_unwell_and_nothing_is_half(fresh: Phone) -> None:
    engine = fresh.app.engine
    assert engine

    async def nonsense(_path: str, _said: bytes) -> bytes:
        return b"nonsense"

    fetch, engine.transport.fetch = engine.transport.fetch, nonsense  # type: ignore[method-assign]
    with pytest.raises(Unwell):
        await fresh.sync()
    assert not fresh.store.find(Record) and fresh.store.catching_up()
    engine.transport.fetch = fetch  # type: ignore[method-assign]
    await fresh.sync()
    assert fresh.store.find(Record) and fresh.store.catching_up() is None


async def test_json_where_bytes_were_asked_for_is_not_the_clinic(phone: Phone) -> None:
    assert phone.app.engine
    with pytest.raises(NotTheClinic):
        await phone.app.engine.transport.fetch("/v1/devices", b"")


async def test_the_app_goes_on_where_it_was_when_it_ended(fresh: Phone) -> None:
    await fresh.sync()
    await fresh.restart()
    forget(fresh, snapshot, segment)
    assert (await fresh.sync()).received == 0


async def test_a_wrong_database_put_back_empties_no_phone_until_the_clinic_vouches_for_it(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "SMALL", 2)
    await phone.sync()
    had = {record.id for record in phone.store.find(Record)}
    with phone.clinic.database.unit(SCOPE, write=True) as unit:
        unit.connection.execute(sa.text('DELETE FROM "row" WHERE scope = :s'), {"s": SCOPE})
    phone.clinic.restored()
    await phone.sync()
    assert {record.id for record in phone.store.find(Record)} == had and phone.store.doubted()
    await phone.sync()
    assert phone.store.doubted()
    phone.clinic.confirm(ROSA)
    await phone.sync()
    assert not phone.store.find(Record) and not phone.store.doubted()
