"""Whatever answers in the clinic's place: a named error in bounded time and memory, and the record stays as it was."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from app.features.mood.commands import log_mood
from sync.client import transport as transport_module
from sync.client.auth import Credentials, make_jwk
from sync.client.transport import Transport, read
from sync.models import MoodEntry
from sync.protocol.errors import NotTheClinic, Offline, SyncError, Unauthorised, Unwell
from sync.protocol.flow import sync_flow
from sync.protocol.wire import Exchange, Reply
from tests.conftest import Phone
from tests.sync.liars import JSON, Liar, answer, lying, unvouched

HEAD = b"HTTP/1.1 200 OK\r\n" + JSON
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
BOMB = bytes(100 << 20)


def redirect(status: bytes, to: bytes) -> bytes:
    return answer(b"{}", JSON + b"location: " + to + b"\r\n", status)


ANSWERS: dict[str, tuple[type[SyncError], bytes]] = {
    "sent elsewhere": (NotTheClinic, redirect(b"302 Found", b"https://evil.test/v1/token")),
    "sent elsewhere with the body": (NotTheClinic, redirect(b"307 Temporary Redirect", b"https://evil.test/")),
    "sent to plain http": (NotTheClinic, redirect(b"308 Permanent Redirect", b"http://127.0.0.1:1/")),
    "sent to a file": (NotTheClinic, redirect(b"301 Moved Permanently", b"file:///etc/passwd")),
    "a page to sign in to a network": (NotTheClinic, answer(b"<html>", b"content-type: text/html\r\n")),
    "no type": (NotTheClinic, answer(b"{}", b"")),
    "no JSON": (NotTheClinic, answer(b"no")),
    "JSON in a deep hole": (NotTheClinic, answer(b"[" * 1_000_000)),
    "half a character": (NotTheClinic, answer(b'{"token":"\\ud800\\ud800\\ud800\\ud800"}')),
    "no content": (NotTheClinic, b"HTTP/1.1 204 No Content\r\n" + JSON + b"\r\n"),
    "a status of no kind": (Unwell, answer(b"{}", status=b"599 Odd")),
    "a header of 1 MB": (Offline, HEAD + b"x: " + b"a" * 1_000_000 + b"\r\n\r\n{}"),
    "200,000 headers": (Offline, HEAD + b"x: y\r\n" * 200_000 + b"\r\n{}"),
    "a header with a zero byte": (Offline, HEAD + b"dpop-nonce: a\0b\r\ncontent-length: 2\r\n\r\n{}"),
    "nothing that is HTTP": (Offline, b"\x16\x03\x01" + bytes(100)),
    "cut off": (Offline, HEAD + b"content-length: 1000\r\n\r\n{"),
    "a bad chunk": (Offline, CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"),
    "a packing nobody asked for": (NotTheClinic, answer(b"{}", JSON + b"content-encoding: br\r\n")),
    "two packings": (NotTheClinic, answer(gzip.compress(b"{}"), JSON + b"content-encoding: gzip, gzip\r\n")),
    "a bomb in gzip": (NotTheClinic, answer(gzip.compress(BOMB, 1), JSON + b"content-encoding: gzip\r\n")),
    "a bomb in zstd": (NotTheClinic, answer(zstandard.compress(BOMB), JSON + b"content-encoding: zstd\r\n")),
    "half of a packing": (NotTheClinic, answer(gzip.compress(b"x" * 99)[:20], JSON + b"content-encoding: gzip\r\n")),
    "unknown device": (Unauthorised, answer(b'{"error":"unknown_device"}', status=b"401 Unauthorized")),
    "no clinic of this name": (NotTheClinic, answer(b'{"error":"wrong_host"}', status=b"421 Misdirected Request")),
    "forbidden without a word": (Unauthorised, answer(b"{}", status=b"403 Forbidden")),
}  # fmt: skip


def stranger(server: str) -> Transport:
    return Transport(Credentials(server=server, jwk=make_jwk(), device="d"))


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_of_no_clinic_has_a_name(name: str) -> None:
    error, said = ANSWERS[name]
    liar, started = Liar([said]), time.monotonic()
    with lying(liar) as server:
        transport = stranger(server)
        with pytest.raises(error) as caught:
            await transport.exchange(Exchange())
        await transport.close()
    assert type(caught.value) is error and len(liar.asked) <= 3
    assert time.monotonic() - started < 30 and not transport.credentials.token


async def test_a_body_without_an_end_is_cut_off() -> None:
    liar = Liar([CHUNKED, b"100000\r\n" + bytes(1 << 20) + b"\r\n"], endless=True)
    with lying(liar) as server:
        transport = stranger(server)
        with pytest.raises(NotTheClinic):
            await transport.exchange(Exchange())
        await transport.close()
    assert transport.traffic.down < 40 << 20


@pytest.mark.parametrize("start", [HEAD, CHUNKED], ids=["headers", "body"])
async def test_an_answer_that_drips_is_given_up(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "PATIENCE", 0.5)
    drop = b"x: y\r\n" if start is HEAD else b"1\r\nx\r\n"
    with lying(Liar([start, drop], endless=True, every=0.02)) as server:
        transport, started = stranger(server), time.monotonic()
        with pytest.raises(Offline):
            await transport.exchange(Exchange())
        await transport.close()
    assert time.monotonic() - started < 10


async def test_a_certificate_that_nobody_vouches_for_is_not_the_clinics(tmp_path: Path) -> None:
    with unvouched(tmp_path) as server:
        transport = stranger(server)
        with pytest.raises(NotTheClinic):
            await transport.exchange(Exchange())
        await transport.close()


async def test_no_cookie_is_kept_and_no_odd_nonce_believed() -> None:
    sets = JSON + b"set-cookie: spy=1; path=/\r\ndpop-nonce: " + b"n" * 5_000 + b"\r\n"
    liar = Liar([answer(b'{"error":"use_dpop_nonce"}', sets, b"401 Unauthorized")])
    with lying(liar) as server:
        transport = stranger(server)
        with pytest.raises(Unauthorised):
            await transport.exchange(Exchange())
        await transport.close()
    assert len(liar.asked) == 2 and not any(b"cookie" in asked.lower() for asked in liar.asked)
    assert transport.credentials.nonce == ""


# --- answers that are the clinic's in form, and make no sense


def row(seq: int = 900, **more: Any) -> dict[str, Any]:
    return {"id": f"id{seq}", "kind": "mood", "rev": f"r.{seq}", "seq": seq, "body": "{}"} | more


def page(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"scope": "patient:rosa", "rows": list(rows), "cursor": "c", "more": False} | more


def verdict(asked: Exchange, **more: Any) -> dict[str, Any]:
    said = asked.mutations[0]
    return {"mid": said.mid, "status": "ok", "id": said.id, "rev": "r.1", "seq": 1} | more


LIES: dict[str, Callable[[Exchange], dict[str, Any]]] = {
    "one document twice": lambda _: {"pages": [page(row(1), row(2, id="id1"))]},
    "numbers that fall": lambda _: {"pages": [page(row(2), row(1))]},
    "one number twice": lambda _: {"pages": [page(row(1), row(1, id="other"))]},
    "a number below nothing": lambda _: {"pages": [page(row(-1))]},
    "a number beyond 63 bits": lambda _: {"pages": [page(row(1 << 63))]},
    "a version beyond numbers": lambda _: {"pages": [page(row(1, version=10**30))]},
    "an id with a zero byte": lambda _: {"pages": [page(row(1, id="a\0b"))]},
    "an id of 1 MB": lambda _: {"pages": [page(row(1, id="a" * (1 << 20)))]},
    "an id of nothing": lambda _: {"pages": [page(row(1, id=""))]},
    "a kind that is none": lambda _: {"pages": [page(row(1, kind="../mood"))]},
    "a body that is no text": lambda _: {"pages": [page(row(1, body={}))]},
    "a field nobody knows": lambda _: {"pages": [page(row(1, owner="x"))]},
    "a cursor of 1 MB": lambda _: {"pages": [page(cursor="c" * (1 << 20))]},
    "one scope twice": lambda _: {"pages": [page(), page()]},
    "a scope with a zero byte": lambda _: {"pages": [page(scope="patient:\0")]},
    "a scope of 1 MB": lambda _: {"pages": [page(scope="s" * (1 << 20))]},
    "2,000 scopes": lambda _: {"pages": [page(scope=f"s{number}") for number in range(2_000)]},
    "a scope that goes on and has ended": lambda _: {"pages": [page()], "ended": ["patient:rosa"]},
    "the end of what never began": lambda _: {"ended": ["patient:marcus"]},
    "a verdict about nothing that was said": lambda asked: {"verdicts": [verdict(asked, mid="other")]},
    "two verdicts about one thing": lambda asked: {
        "verdicts": [verdict(asked), verdict(asked, status="conflict")]
    },
    "a yes without a number": lambda asked: {"verdicts": [verdict(asked, seq=None)]},
    "a yes without a revision": lambda asked: {"verdicts": [verdict(asked, rev=None)]},
    "half a place": lambda asked: {"verdicts": [verdict(asked, status="dup", rev=None)]},
    "a verdict of no kind": lambda asked: {"verdicts": [verdict(asked, status="maybe")]},
    "a reason of 1 MB": lambda asked: {
        "verdicts": [verdict(asked, status="rejected", reason="x" * (1 << 20))]
    },
}


def record(phone: Phone) -> dict[str, list[Any]]:
    """Everything on the device, but what was left for a send that may have reached somebody."""
    tables = ("docs", "base", "scopes", "sent", "state")
    found: dict[str, list[Any]] = {name: phone.store.rows(f"SELECT * FROM {name}") for name in tables}
    return found | {"outbox": phone.store.rows("SELECT mid, id, body, reason FROM outbox")}


async def test_nothing_of_an_answer_without_sense_is_kept(phone: Phone) -> None:
    entry = log_mood(phone.app, 4)
    before, wrong = record(phone), []
    for name, lie in LIES.items():
        flow = sync_flow(phone.store)
        asked = next(flow)
        try:
            flow.send(read(Reply, json.dumps(lie(asked)).encode()))
        except NotTheClinic:
            if record(phone) == before:
                continue
        wrong.append(name)
    assert not wrong
    await phone.sync()
    assert not phone.store.pending(1) and phone.store.get(MoodEntry, entry.id)


@pytest.mark.parametrize("rows", [[], [row()]], ids=["nothing", "the same again"])
async def test_more_without_an_end_comes_to_an_end(phone: Phone, rows: list[dict[str, Any]]) -> None:
    flow, asked = sync_flow(phone.store), 0
    next(flow)
    with pytest.raises((NotTheClinic, Unwell)):
        while asked < 50:
            asked += 1
            flow.send(
                read(Reply, json.dumps({"pages": [page(*rows, more=True, cursor=f"c{asked}")]}).encode())
            )
    assert asked < 10


async def test_a_reset_by_a_liar_never_touches_what_waits(phone: Phone) -> None:
    entry = log_mood(phone.app, 4)
    flow = sync_flow(phone.store)
    next(flow)
    flow.send(read(Reply, json.dumps({"pages": [page(reset="epoch")]}).encode()))
    assert [one.id for one in phone.store.pending(5)] == [entry.id] and phone.store.get(MoodEntry, entry.id)
