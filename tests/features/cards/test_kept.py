"""A card stays what it was: on other devices, after a backup, and in what is taken along."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.features.cards.commands import bring, take_out
from app.features.cards.queries import check, list_cards
from app.features.take.commands import write_book, write_bundle
from app.main import make_app
from app.mend import restore_backup
from app.store.backup import Pace, save_backup
from app.ui.strings import Words
from app.vault import Vault
from sync.fhir.own import DOCUMENT
from sync.models import HealthCard
from sync.server.cards import put_cards
from sync.server.clinic import Clinic
from sync.server.importing import CONTENT
from tests.conftest import PASSCODE, ROSA, ZONE, Clock, Phone
from tests.mend.records import PASSPHRASE
from tests.store.killed import FAST
from tests.sync.cards.mint import DATA, Issuer, examples, payload

LONG = (DATA / "example-02-d-jws.txt").read_text()


def outcomes(device: Phone) -> list[str]:
    """What checking every card on this device comes to."""
    checked = [check(device.store, card.jws, device.clock())[1] for card in list_cards(device.store)]
    return [str(one.outcome) if one else "none" for one in checked]


async def test_a_card_brought_in_offline_verifies_on_the_tablet(
    phone: Phone, tablet: Phone, clinic: Clinic
) -> None:
    clinic.put(CONTENT, examples())
    await phone.sync()
    phone.wire.up = False
    bring(phone.app, LONG)
    assert outcomes(phone) == ["verified"]
    phone.wire.up = True
    await phone.sync()
    await tablet.sync()
    assert [card.jws for card in list_cards(tablet.store)] == [LONG] and outcomes(tablet) == ["verified"]
    take_out(tablet.app, list_cards(tablet.store)[0])
    await tablet.sync()
    await phone.sync()
    assert list_cards(phone.store) == []


async def test_a_card_of_the_clinic_arrives_and_is_taken_back_with_its_list(
    phone: Phone, clinic: Clinic, tmp_path: Path
) -> None:
    river = Issuer()
    clinic.put(CONTENT, river.keys())
    (tmp_path / "card.txt").write_text(river.sign(payload(rid="abc")))
    put_cards(clinic, ROSA, tmp_path / "card.txt")
    await phone.sync()
    assert outcomes(phone) == ["verified"]
    clinic.put(CONTENT, river.keys("abc"))
    await phone.sync()
    assert outcomes(phone) == ["revoked"]


async def test_it_verifies_again_after_a_backup_was_brought_back(
    phone: Phone, clinic: Clinic, tmp_path: Path, clock: Clock
) -> None:
    clinic.put(CONTENT, examples())
    await phone.sync()
    bring(phone.app, LONG)
    kept = tmp_path / "copy.evenkeel"
    save_backup(phone.store, kept, PASSPHRASE, FAST)
    vault = Vault(tmp_path / "new", fast=True)
    app = make_app(tmp_path / "new", now=clock, vault=vault, zone=ZONE)
    await restore_backup(app, kept, PASSPHRASE, PASSCODE)
    (card,) = list_cards(app.store)
    verdict = check(app.store, card.jws, clock())[1]
    assert card.jws == LONG and verdict is not None and verdict.is_verified
    app.lock()


@pytest.fixture
def taken(phone: Phone) -> Callable[[], list[dict[str, Any]]]:
    """The resources of the FHIR file of everything."""

    def write() -> list[dict[str, Any]]:
        out = io.StringIO()
        write_bundle(phone.store, out, Words("en", phone.clock, ZONE), Pace(None, None))
        return [entry["resource"] for entry in json.loads(out.getvalue())["entry"]]

    return write


async def test_taken_along_it_is_a_file_that_any_wallet_opens(
    phone: Phone, taken: Callable[[], list[dict[str, Any]]]
) -> None:
    (id,) = bring(phone.app, LONG).new
    (found,) = [one for one in taken() if one["resourceType"] == "DocumentReference"]
    attachment = found["content"][0]["attachment"]
    file = base64.b64decode(attachment["data"])
    assert json.loads(file) == {"verifiableCredential": [LONG]}
    assert (found["id"], attachment["contentType"]) == (id, "application/smart-health-card")
    parts = {one["url"]: one for one in found["extension"][0]["extension"]}
    assert found["extension"][0]["url"] == DOCUMENT
    assert HealthCard.read(id, parts["body"]["valueString"]).jws == LONG
    take_out(phone.app, list_cards(phone.store)[0])
    assert bring(phone.app, file).new


async def test_in_the_book_it_is_told_and_not_called_verified(phone: Phone) -> None:
    bring(phone.app, Issuer().sign())
    out = io.StringIO()
    write_book(phone.store, out, Words("en", phone.clock, ZONE), Pace(None, None))
    said = out.getvalue()
    assert "My health cards" in said and "It says it is from https://riverside.test/cards" in said
    assert "Riverside Pharmacy" in said and "erified" not in said
