"""Joining a clinic, twice at once, with a wrong code, after the end of access: nothing half done, nothing lost."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import tracemalloc
from collections.abc import Callable

import httpx
import pytest
import zstandard

from app.core.errors import OtherClinic, StoreDamaged, VaultDamaged
from app.features.mood.commands import log_mood
from sync.client.auth import Credentials
from sync.client.packing import unpack
from sync.client.transport import Transport, trusted
from sync.models import MoodEntry
from sync.protocol.errors import BadCode, NotTheClinic, Revoked, Unwell
from sync.protocol.flow import sync_flow
from sync.protocol.wire import Reply
from tests.conftest import PASSCODE, SERVER, Phone


async def test_a_mistyped_code_leaves_an_enrolled_device_enrolled(phone: Phone) -> None:
    with pytest.raises(BadCode):
        await phone.app.enrol(SERVER, "AAAA-AAAA-AAAA-AAAAA", PASSCODE)
    assert phone.app.is_enrolled
    await phone.restart()
    assert phone.app.is_enrolled and (await phone.sync()).received == 0


async def test_a_device_that_was_ended_comes_back_with_a_new_code(phone: Phone) -> None:
    entry = log_mood(phone.app, 4)
    phone.clinic.revoke(phone.app.credentials().device)
    with pytest.raises(Revoked):
        await phone.sync()
    await phone.enrol()
    await phone.sync()
    assert [mood.id for mood in phone.store.find(MoodEntry)] == [entry.id] and not phone.store.pending(1)


async def test_one_profile_belongs_to_one_clinic(phone: Phone) -> None:
    with pytest.raises(OtherClinic):
        await phone.app.enrol("https://other.test", "AAAA-AAAA-AAAA-AAAAA", PASSCODE)
    assert phone.app.credentials().server == SERVER


async def test_two_taps_at_once_found_one_vault(new_phone: Callable[[str], Phone], phone: Phone) -> None:
    device = new_phone("impatient")
    codes = [phone.clinic.invite("rosa")[0] for _ in range(2)]
    await asyncio.gather(*(device.app.enrol(SERVER, code, PASSCODE) for code in codes))
    await device.restart()
    await device.sync()
    assert device.app.person


async def test_two_unlocks_at_once_open_once(phone: Phone) -> None:
    phone.app.lock()
    await asyncio.gather(phone.app.unlock(PASSCODE), phone.app.unlock(PASSCODE))
    assert phone.app.is_open and phone.app.person


async def test_a_record_whose_vault_is_lost_is_not_written_over(phone: Phone) -> None:
    phone.app.lock()
    (phone.folder / "vault.json").unlink()
    before = (phone.folder / "evenkeel.db").read_bytes()
    with pytest.raises(VaultDamaged):
        await phone.app.enrol(SERVER, phone.clinic.invite("rosa")[0], PASSCODE)
    assert (phone.folder / "evenkeel.db").read_bytes() == before
    assert not (phone.folder / "vault.json").exists()


@pytest.mark.parametrize("harm", ["gone", "emptied"])
async def test_a_database_that_is_gone_is_damage_and_not_a_new_beginning(phone: Phone, harm: str) -> None:
    phone.app.lock()
    file = phone.folder / "evenkeel.db"
    file.unlink() if harm == "gone" else file.write_bytes(b"")
    with pytest.raises(StoreDamaged):
        await phone.app.unlock(PASSCODE)
    assert not file.exists() or file.stat().st_size == 0


async def test_a_locked_app_stops_asking_the_clinic(phone: Phone) -> None:
    phone.app.start()
    await asyncio.sleep(0.05)
    phone.app.wake()
    phone.app.lock()
    for _ in range(20):
        await asyncio.sleep(0)
    assert phone.app.engine is None and phone.app.link.word == "paused"


async def test_a_write_while_the_app_runs_costs_one_request_and_the_next_wait(phone: Phone) -> None:
    phone.app.start()
    await asyncio.sleep(0.1)
    assert phone.app.engine
    traffic = phone.app.engine.transport.traffic
    before = traffic.requests
    log_mood(phone.app, 3)
    await asyncio.sleep(0.3)
    assert traffic.requests == before + 2 and not phone.store.pending(1)


@pytest.mark.parametrize("answer", ["{}", "[]", "no json", '{"device": "d"}', '{"device": "", "scopes": []}'])
async def test_an_answer_that_makes_no_sense_enrols_nobody(
    new_phone: Callable[[str], Phone], answer: str
) -> None:
    def odd(credentials: Credentials, kept: Callable[[Credentials], None]) -> Transport:
        kind = {"content-type": "application/json"}
        says = httpx.MockTransport(
            lambda _: httpx.Response(200, stream=httpx.ByteStream(answer.encode()), headers=kind)
        )
        return Transport(credentials, httpx.AsyncClient(transport=says), kept)

    device = new_phone("odd")
    device.app._transport = odd
    with pytest.raises(NotTheClinic):
        await device.app.enrol(SERVER, "AAAA-AAAA-AAAA-AAAAA", PASSCODE)
    assert not device.app.is_enrolled


@pytest.mark.parametrize(
    "server", ["http://127.0.0.1:99999", "http://clinic.org", "ftp://clinic.org", "http://[::"]
)
async def test_an_address_that_makes_no_sense_says_so(new_phone: Callable[[str], Phone], server: str) -> None:
    device = new_phone("lost")
    device.app._transport = lambda credentials, kept: Transport(credentials, kept=kept)
    with pytest.raises(NotTheClinic):
        await device.app.enrol(server, "AAAA-AAAA-AAAA-AAAAA", PASSCODE)


def test_over_plain_http_no_authority_is_read_and_none_is_believed() -> None:
    found = trusted("http://127.0.0.1:8400")
    assert (
        isinstance(found, ssl.SSLContext) and found.verify_mode is ssl.CERT_REQUIRED and found.check_hostname
    )
    assert found.cert_store_stats()["x509_ca"] == 0 and trusted("https://clinic.org") is True


@pytest.mark.parametrize("packing", ["zstd", "gzip"])
def test_a_bomb_is_stopped_by_its_size(packing: str) -> None:
    pack = {"zstd": zstandard.compress, "gzip": gzip.compress}[packing]
    bomb = pack(b"\0" * (200 << 20))
    tracemalloc.start()
    with pytest.raises(NotTheClinic):
        unpack(bomb, packing)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(bomb) < 1 << 20 and most < 160 << 20


@pytest.mark.parametrize("packing", ["zstd", "gzip", "br"])
def test_what_was_packed_comes_out_and_nonsense_is_named(packing: str) -> None:
    pack = {"zstd": zstandard.compress, "gzip": gzip.compress}.get(packing)
    if pack:
        assert unpack(pack(b"word " * 300_000), packing) == b"word " * 300_000
    with pytest.raises(NotTheClinic):
        unpack(b"nonsense", packing)


async def test_a_clinic_that_never_answers_what_was_said_is_not_asked_for_ever(phone: Phone) -> None:
    log_mood(phone.app, 3)
    flow = sync_flow(phone.store)
    next(flow)
    with pytest.raises(Unwell):
        flow.send(Reply())
