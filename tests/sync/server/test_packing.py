"""What a device says may come packed: opened only for one who proved itself, never beyond the cap; else refused."""

from __future__ import annotations

import json
import resource

import httpx
import pytest
import zstandard
from house import House, mood

from sync.client.auth import Credentials, make_jwk
from sync.client.transport import Transport
from sync.protocol.wire import Exchange

ZSTD = {"content-encoding": "zstd"}


@pytest.fixture
def phone(small_house):
    small_house.patient()
    return small_house.phone()


def packed(data: bytes, **how: int) -> bytes:
    return zstandard.ZstdCompressor(level=19, **how).compress(data)


def said(*moods, **more) -> bytes:
    return json.dumps({"mutations": [one.model_dump() for one in moods], **more}).encode()


def test_a_packed_exchange_is_answered_like_a_plain_one(phone):
    answer = phone.post(packed(said(mood("m1"))), **ZSTD)
    again = phone.post(said(mood("m1")))
    assert [answer.json()["verdicts"][0]["status"], again.json()["verdicts"][0]["status"]] == ["ok", "dup"]


def test_a_bomb_is_stopped_by_its_size(phone):
    bomb = packed(b" " * (512 << 20))
    assert len(bomb) < 100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = phone.post(bomb, **ZSTD)
    assert (answer.status_code, answer.json()) == (413, {"error": "too_big"})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_a_window_that_would_take_the_memory_is_refused(phone):
    wide = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    maker = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    answer = phone.post(maker.compress(said(mood("m1"))) + maker.flush(), **ZSTD)
    assert (answer.status_code, answer.json()) == (422, {"error": "invalid"})


@pytest.mark.parametrize("garbage", [b"", b"{}", b"\x28\xb5\x2f\xfd", packed(b'{"mutations":[]}')[:-4]])
def test_what_is_no_zstd_is_invalid(phone, garbage):
    assert phone.post(garbage, **ZSTD).status_code == 422


def test_a_proof_is_about_the_bytes_as_they_travelled(phone):
    data = said(mood("m1"))
    headers = {"dpop": phone.proof("POST", "/v1/sync", phone.bearer, data), **ZSTD}
    headers["authorization"] = f"DPoP {phone.bearer}"
    answer = phone.house.call("POST", "/v1/sync", content=packed(data), headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_dpop_proof"})


def test_nothing_is_opened_for_a_stranger(small_house, monkeypatch):
    def opened(*_: object) -> bytes:
        raise AssertionError("opened")

    monkeypatch.setattr("sync.server.api.unpacked", opened)
    assert small_house.call("POST", "/v1/sync", content=packed(b"{}"), headers=ZSTD).status_code == 401


@pytest.mark.parametrize("path", ["/v1/token", "/v1/enrol", "/v1/devices"])
def test_other_paths_take_nothing_packed(small_house, path):
    answer = small_house.call("POST", path, content=packed(b"{}"), headers=ZSTD)
    assert (answer.status_code, answer.json()) == (415, {"error": "packed_body"})


def said_back(status: int, what: dict[str, object]) -> httpx.Response:
    headers = {"content-type": "application/json"}
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(json.dumps(what).encode()))


class OldClinic(httpx.AsyncBaseTransport):
    """A clinic of release 0.1.0: it refuses whatever is packed."""

    def __init__(self) -> None:
        self.came: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        packing = request.headers.get("content-encoding", "")
        self.came.append(packing)
        if packing:
            return said_back(415, {"error": "packed_body"})
        return said_back(200, {"v": 1})


async def test_a_device_says_it_plainly_to_a_clinic_that_opens_nothing():
    old = OldClinic()
    credentials = Credentials("http://old.test", make_jwk(), token="t" * 16)
    transport = Transport(credentials, httpx.AsyncClient(transport=old))
    much = Exchange(mutations=[mood(f"m{n}") for n in range(10)])
    await transport.exchange(much)
    await transport.exchange(much)
    await transport.exchange(Exchange())
    assert old.came == ["zstd", "", "", ""]
    await transport.close()


async def test_little_is_not_worth_packing():
    old = OldClinic()
    credentials = Credentials("http://old.test", make_jwk(), token="t" * 16)
    transport = Transport(credentials, httpx.AsyncClient(transport=old))
    await transport.exchange(Exchange(mutations=[mood("m1")]))
    assert old.came == [""]
    await transport.close()


def test_a_thousand_moods_go_up_in_a_tenth_of_their_bytes(small_house: House):
    from sync.client.packing import pack

    data = said(*(mood(f"{n:032x}", score=1 + n % 5) for n in range(500)))
    assert len(pack(data)) < len(data) / 8
