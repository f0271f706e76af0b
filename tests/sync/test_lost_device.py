"""A device reported lost erases its record, says so, and nothing opens it afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from pathlib import Path

import pytest

from app.context import App
from app.core.errors import NoVault, StoreDamaged
from app.features.mood.commands import log_mood
from app.main import make_app
from app.mend import asides, set_aside
from app.people import FIRST
from app.settings import Settings, load, save
from app.store import has_files, open_store
from app.vault import Vault, envelope
from sync.client.own_devices import end_device, list_devices, report_lost
from sync.models import MoodEntry
from sync.protocol.errors import Erased, NotTheClinic, Revoked
from tests.conftest import PASSCODE, SERVER, ZONE, Family, Phone, Wire
from tests.sync.lost import Road, is_whole, lost, moments, take
from tests.vault.drawer import Drawer


async def test_a_lost_device_erases_its_record_and_says_so(phone: Phone, tablet: Phone) -> None:
    log_mood(phone.app, 2, "never sent")
    id = lost(phone)
    with pytest.raises(Erased):
        await phone.sync()
    assert not phone.app.is_open and not phone.app.vault.exists and phone.app.engine is None
    assert [file.name for file in phone.folder.iterdir()] == ["settings.json"]
    assert moments(phone, id)["erased_at"]
    await tablet.sync()
    assert not tablet.store.find(MoodEntry), "what was not sent is lost with it"
    assert load(phone.folder).reported_lost


async def test_a_running_app_stops_asking_once_it_erased(phone: Phone) -> None:
    told: list[bool] = []
    phone.app.listen(lambda: told.append(phone.app.is_open))
    id, engine = lost(phone), phone.app.engine
    assert engine
    phone.app.start()
    for _ in range(200):
        await asyncio.sleep(0.01)
        if moments(phone, id)["erased_at"]:
            break
    requests = engine.transport.traffic.requests
    engine.wake()
    await asyncio.sleep(0.05)
    assert not has_files(phone.folder) and engine.transport.traffic.requests == requests
    assert told and told[-1] is False and phone.app.link.word == "paused"


async def test_without_a_way_to_say_so_it_erases_all_the_same(phone: Phone, wire: Wire) -> None:
    take(phone, Road(wire, gap="/v1/erased"))
    id = lost(phone)
    with pytest.raises(Erased):
        await phone.sync()
    assert not has_files(phone.folder) and moments(phone, id)["erased_at"] is None


async def test_a_locked_device_cannot_ask_and_erases_when_it_is_opened(phone: Phone) -> None:
    id = lost(phone)
    phone.app.lock()
    assert phone.app.engine is None and phone.app.vault.exists
    await phone.app.unlock(PASSCODE)
    with pytest.raises(Erased):
        await phone.sync()
    assert moments(phone, id)["erased_at"] and not phone.app.vault.exists


class SlowVault(Vault):
    """Stretches as long as a real one."""

    def change_passcode(self, key: bytes, passcode: str) -> None:
        """Wrap the key anew, in its own time."""
        time.sleep(0.3)
        super().change_passcode(key, passcode)


async def test_a_passcode_that_is_just_being_changed_does_not_write_the_vault_anew(phone: Phone) -> None:
    lost(phone)
    phone.app.vault = SlowVault(phone.folder, fast=True)
    changing = asyncio.ensure_future(phone.app.change_passcode(PASSCODE, "another one"))
    await asyncio.sleep(0.05)
    with pytest.raises(Erased):
        await phone.sync()
    await changing
    assert not phone.app.vault.exists


async def test_a_screen_that_fails_on_the_way_out_stops_no_erasing(phone: Phone) -> None:
    def fail() -> None:
        raise RuntimeError

    lost(phone)
    stop = phone.app.listen(fail)
    with pytest.raises(RuntimeError):
        await phone.sync()
    assert not phone.app.vault.exists and not has_files(phone.folder)
    stop()


async def test_the_tablet_reports_the_phone(phone: Phone, tablet: Phone) -> None:
    assert tablet.app.engine
    way, id = tablet.app.engine.transport, phone.app.credentials().device
    await report_lost(way, id)
    with pytest.raises(Erased):
        await phone.sync()
    found = {one.id: one for one in await list_devices(way)}
    assert found[id].erased_at and not found[tablet.app.credentials().device].revoked_at


async def test_a_device_is_ended_from_another_and_its_record_stays(phone: Phone, tablet: Phone) -> None:
    log_mood(phone.app, 3)
    assert tablet.app.engine
    await end_device(tablet.app.engine.transport, phone.app.credentials().device)
    with pytest.raises(Revoked):
        await phone.sync()
    with pytest.raises(NotTheClinic):
        await end_device(tablet.app.engine.transport, "no-such-device")
    assert is_whole(phone)


# --- nothing opens afterwards


@pytest.fixture
async def trusting(tmp_path: Path, phone: Phone) -> tuple[App, Drawer, str]:
    """A device that opens with passcode, keystore and recovery code."""
    drawer, folder = Drawer(), tmp_path / "trusting"
    app = make_app(folder, vault=Vault(folder, drawer, fast=True), transport=phone.wire.transport, zone=ZONE)
    await app.enrol(SERVER, phone.clinic.invite("rosa")[0], PASSCODE)
    assert drawer.held and app.engine
    await app.engine.sync_once()
    return app, drawer, await app.make_recovery(PASSCODE)


async def test_nothing_opens_the_record_afterwards(
    trusting: tuple[App, Drawer, str], phone: Phone, tmp_path: Path
) -> None:
    app, drawer, code = trusting
    without, earlier = tmp_path / "without", tmp_path / "earlier"
    shutil.copytree(app.folder, without, ignore=shutil.ignore_patterns("vault.json"))
    shutil.copytree(app.folder, earlier)
    vault, under = app.folder / envelope.FILE, tmp_path / "same-bytes-on-the-disk"
    before = vault.read_bytes()
    os.link(vault, under)
    phone.clinic.mark_lost(app.credentials().device)
    assert app.engine
    with pytest.raises(Erased):
        await app.engine.sync_once()
    assert not drawer.held and len(under.read_bytes()) == len(before)
    wraps = [wrap["sealed"].encode() for wrap in json.loads(before)["wraps"].values()]
    assert len(wraps) == 3 and not any(wrap in under.read_bytes() for wrap in wraps)
    for folder in (app.folder, without):
        await nothing_opens(make_app(folder, vault=Vault(folder, drawer, fast=True)), code)
    assert has_files(without)
    with pytest.raises(StoreDamaged):
        open_store(without, os.urandom(32), app.now)
    still = make_app(earlier, vault=Vault(earlier, drawer, fast=True))
    assert not await still.unlock_with_device()
    await still.unlock(
        PASSCODE
    )  # a copy of the whole folder from before is guessed at as ever: README says so
    still.lock()


async def nothing_opens(app: App, code: str) -> None:
    """Neither passcode, keystore nor recovery code."""
    with pytest.raises(NoVault):
        await app.unlock(PASSCODE)
    with pytest.raises(NoVault):
        await app.unlock_with_recovery(code, "another one")
    assert not await app.unlock_with_device() and not app.is_open


@pytest.mark.parametrize("left", ["gone", "half overwritten", "a new one half written"])
async def test_an_erasing_cut_short_after_the_keys_is_ended_at_the_next_start(
    phone: Phone, left: str
) -> None:
    phone.app.lock()
    vault = phone.folder / envelope.FILE
    text = vault.read_bytes()
    vault.unlink() if left != "half overwritten" else vault.write_bytes(os.urandom(300))
    if left.startswith("a new"):
        vault.with_name("vault.json.new").write_bytes(text)
    save(phone.folder, Settings(reported_lost=True))
    envelope.begin_erasing(phone.folder)
    fresh = make_app(phone.folder, vault=Vault(phone.folder, fast=True))
    assert [file.name for file in phone.folder.iterdir()] == ["settings.json"]
    assert not fresh.vault.exists and fresh.settings.reported_lost


async def test_an_erasing_cut_short_before_the_keys_has_touched_nothing(phone: Phone) -> None:
    log_mood(phone.app, 3)
    save(phone.folder, Settings(reported_lost=True))
    envelope.begin_erasing(phone.folder)
    await phone.restart()
    assert is_whole(phone) and not load(phone.folder).reported_lost
    assert not (phone.folder / envelope.ERASING).exists()


@pytest.mark.parametrize(
    ("harm", "began"),
    [("cut", False), ("newer", False), ("newer", True), ("changed", False), ("changed", True)],
)
async def test_a_start_never_erases_for_an_envelope_that_it_cannot_use(
    phone: Phone, harm: str, began: bool
) -> None:
    log_mood(phone.app, 3)
    phone.app.lock()
    save(phone.folder, Settings(reported_lost=True))
    if began:
        envelope.begin_erasing(phone.folder)
    file = phone.folder / envelope.FILE
    text = file.read_text()
    newer, changed = text.replace('"format": 1', '"format": 2'), text.replace('"sealed": "', '"sealed": "A')
    file.write_text({"cut": text[:-9], "newer": newer, "changed": changed}[harm])
    before = {one.name: one.read_bytes() for one in phone.folder.iterdir()} | {envelope.ERASING: b""}
    make_app(phone.folder, vault=Vault(phone.folder, fast=True))
    found = {one.name: one.read_bytes() for one in phone.folder.iterdir()} | {envelope.ERASING: b""}
    assert found == before


async def test_a_start_never_erases_what_was_set_aside_for_a_word_in_the_settings(phone: Phone) -> None:
    phone.app.lock()
    set_aside(phone.folder, phone.clock)
    save(phone.folder, Settings(reported_lost=True))
    make_app(phone.folder, vault=Vault(phone.folder, fast=True))
    assert [one.is_whole for one in asides(phone.folder)] == [True]


async def test_an_erasing_by_the_person_that_was_cut_short_is_ended_too(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def killed(*_: object) -> None:
        raise Killed

    phone.app.lock()
    set_aside(phone.folder, phone.clock)
    await phone.enrol()
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("app.safe.drop_all", killed)
        await phone.app.erase()
    assert has_files(phone.folder) and asides(phone.folder)
    make_app(phone.folder, vault=Vault(phone.folder, fast=True))
    assert not has_files(phone.folder) and not asides(phone.folder)
    assert not (phone.folder / envelope.ERASING).exists()


async def test_on_a_shared_tablet_only_the_lost_record_goes(family: Family) -> None:
    await family.unlock("marcus")
    his = family.home.app
    family.clinic.mark_lost(his.credentials().device)
    assert his.engine
    with pytest.raises(Erased):
        await his.engine.sync_once()
    assert not has_files(his.folder) and not his.vault.exists and his.settings.reported_lost
    family.home.switch(FIRST)
    await family.unlock("rosa")
    assert family.home.app.person and family.home.app.person.given == "Rosa"
