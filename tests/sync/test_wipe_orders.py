"""Only an order of a device's own clinic, for this very enrolment, erases anything; and the person may refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.features.mood.commands import log_mood
from app.mend import make_backup, restore_backup
from app.settings import Settings, load, save
from sync.client.auth import thumbprint
from sync.protocol.errors import Erased, ReportedLost, Revoked, Unauthorised
from sync.protocol.order import SignedOrder, WipeOrder, sign_order
from tests.conftest import PASSCODE, Phone, Wire
from tests.mend.records import app_on
from tests.sync.lost import Road, is_whole, lost, moments, take

FOREIGN = b"the seed of somebody else's key."


async def test_who_switched_it_off_keeps_the_record(phone: Phone) -> None:
    log_mood(phone.app, 3)
    phone.app.wipe_if_lost(False)
    id = lost(phone)
    for _ in range(2):
        with pytest.raises(ReportedLost):
            await phone.sync()
    assert is_whole(phone) and moments(phone, id)["erased_at"] is None
    assert not load(phone.folder).reported_lost


def orders(phone: Phone, other: str) -> dict[str, object]:
    """Refusals that somebody between could make."""
    seed, mine = phone.clinic.keys().orders, phone.app.credentials()

    def order(device: str = mine.device, key: str = thumbprint(mine.jwk), by: bytes = seed) -> object:
        made = WipeOrder(device=device, key=key, ordered_at="2026-11-23T09:00:00+00:00", nonce="n" * 24)
        return sign_order(made, by).model_dump()

    good = SignedOrder.model_validate(order())
    return {
        "no order": None,
        "not an order": "erase",
        "unsigned": {"said": good.said, "signature": ""},
        "odd letters": {"said": good.said, "signature": "ü"},
        "changed": {"said": good.said.replace("nnnn", "mmmm"), "signature": good.signature},
        "by another key": order(by=FOREIGN),
        "for another device": order(device=other),
        "for another enrolment": order(key=thumbprint(mine.jwk)[::-1]),
    }


async def test_only_an_order_of_its_own_clinic_for_this_very_enrolment_counts(
    phone: Phone, tablet: Phone, wire: Wire
) -> None:
    log_mood(phone.app, 3)
    for name, order in orders(phone, tablet.app.credentials().device).items():
        take(phone, Road(wire, says={"error": "device_revoked", "order": order}))
        with pytest.raises(Revoked) as refused:
            await phone.sync()
        assert refused.type is Revoked and is_whole(phone), name


async def test_an_order_under_another_code_word_is_none(phone: Phone, wire: Wire) -> None:
    log_mood(phone.app, 3)
    mine, seed = phone.app.credentials(), phone.clinic.keys().orders
    said = WipeOrder(device=mine.device, key=thumbprint(mine.jwk), ordered_at="", nonce="n" * 24)
    refusal = {"error": "device_revoked", "order": sign_order(said, seed).model_dump()}
    take(phone, Road(wire, says={**refusal, "error": "unknown_device"}))
    with pytest.raises(Unauthorised) as refused:
        await phone.sync()
    assert refused.type is Unauthorised and is_whole(phone)
    take(phone, Road(wire, says=refusal))
    with pytest.raises(Erased):
        await phone.sync()


async def test_an_old_order_says_nothing_to_a_later_enrolment(phone: Phone, wire: Wire) -> None:
    id = lost(phone)
    old = phone.clinic.keys().orders
    said = WipeOrder(device=id, key=thumbprint(phone.app.credentials().jwk), ordered_at="", nonce="n" * 24)
    with pytest.raises(Erased):
        await phone.sync()
    await phone.enrol()
    assert not load(phone.folder).reported_lost and phone.app.wipes_if_lost
    await phone.sync()
    log_mood(phone.app, 3)
    replayed = {"error": "device_revoked", "order": sign_order(said, old).model_dump()}
    take(phone, Road(wire, says=replayed))
    with pytest.raises(Revoked):
        await phone.sync()
    assert is_whole(phone)


async def test_a_found_device_that_joins_again_keeps_its_record(phone: Phone) -> None:
    log_mood(phone.app, 3)
    phone.app.lock()
    phone.clinic.mark_lost(phone.clinic.devices("rosa")[0]["id"])
    phone.app.change_settings(offline=True)
    await phone.app.unlock(PASSCODE)
    await phone.enrol()
    await phone.sync()
    assert is_whole(phone) and not phone.store.pending(1)


# --- which clinic's key counts


async def test_a_device_from_before_learns_the_key_when_it_next_signs_in(phone: Phone) -> None:
    assert phone.app.engine
    credentials = phone.app.engine.transport.credentials
    pinned, credentials.wipe_key, credentials.token = credentials.wipe_key, "", ""
    await phone.sync()
    assert phone.app.credentials().wipe_key == pinned != ""


async def test_a_device_that_never_learnt_the_key_only_loses_access(phone: Phone) -> None:
    log_mood(phone.app, 3)
    assert phone.app.engine
    phone.app.engine.transport.credentials.wipe_key = ""
    lost(phone)
    with pytest.raises(Revoked):
        await phone.sync()
    assert is_whole(phone)


async def test_a_pinned_key_is_never_replaced(phone: Phone) -> None:
    assert phone.app.engine
    credentials = phone.app.engine.transport.credentials
    credentials.wipe_key, credentials.token = "the first", ""
    await phone.sync()
    assert phone.app.credentials().wipe_key == "the first"
    await phone.enrol()
    assert phone.app.credentials().wipe_key == "the first"


async def test_a_pinned_key_is_kept_by_a_device_that_joins_again_after_its_access_ended(phone: Phone) -> None:
    assert phone.app.engine
    credentials = phone.app.engine.transport.credentials
    credentials.wipe_key, credentials.token = "the first", ""
    await phone.sync()
    phone.clinic.revoke(credentials.device)
    await phone.enrol()
    after = phone.app.credentials()
    assert after.device != credentials.device and after.wipe_key == "the first"


# --- the person's no


async def test_the_no_is_in_the_record_and_not_in_a_file_that_anybody_may_write(phone: Phone) -> None:
    phone.app.wipe_if_lost(False)
    save(phone.folder, Settings(reported_lost=True))
    assert "wipe" not in (phone.folder / "settings.json").read_text()
    (phone.folder / "settings.json").write_text('{"wipe_if_lost": true}')
    await phone.restart()
    assert not phone.app.wipes_if_lost


async def test_the_no_is_of_this_device_and_does_not_travel_in_a_backup(phone: Phone, tmp_path: Path) -> None:
    phone.app.wipe_if_lost(False)
    make_backup(phone.app, tmp_path / "copy", "battery staple")
    other = app_on(tmp_path / "other")
    await restore_backup(other, tmp_path / "copy", "battery staple", PASSCODE)
    assert other.wipes_if_lost and not phone.app.wipes_if_lost
    other.lock()
