"""A device asks an address that does not hold its record: it is told so, keeps everything, and goes on later."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from app.features.mood.commands import log_mood
from app.ui.failures import explain
from app.ui.strings import Words
from sync.protocol.errors import Unauthorised, WrongClinic
from sync.server.api import create_app
from sync.server.clinic import Clinic
from tests.conftest import Clock, Phone, Wire


@pytest.fixture
def other(tmp_path: Path, clock: Clock):
    """Another clinic, with keys of its own."""
    clinic = Clinic(f"sqlite:///{tmp_path / 'other.db'}", clock=clock, fast=True)
    yield create_app(clinic, log=lambda _: None)
    clinic.dispose()


async def test_another_clinic_at_the_address_is_named_and_nothing_is_lost(
    phone: Phone, wire: Wire, clinic: Clinic, other: object
) -> None:
    own = wire.api
    log_mood(phone.app, 4)
    phone.app.lock()
    wire.api = other
    await phone.restart()
    for _ in range(2):
        with pytest.raises(WrongClinic):
            await phone.sync()
    assert len(phone.store.pending(9)) == 1
    wire.api = own
    await phone.restart()
    assert (await phone.sync()).sent == 1


async def test_its_own_clinic_that_forgot_it_is_not_called_another(phone: Phone, clinic: Clinic) -> None:
    with clinic.database.directory(write=True) as connection:
        for table in ("device", "token"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    with pytest.raises(Unauthorised) as told:
        await phone.sync()
    assert type(told.value) is Unauthorised


@pytest.mark.parametrize(("language", "word"), [("en", "address"), ("es", "dirección")])
def test_there_is_a_sentence_for_it(language: str, word: str, clock: Clock) -> None:
    assert word in explain(WrongClinic(), Words(language, clock, UTC)).text
