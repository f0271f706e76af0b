"""The local web host lets in this machine's own browser and nobody else."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.ui.gallery import gallery_main
from app.ui.gate import Gate
from app.ui.host import ASSETS, address, build_asgi

PORT, TICKET = 8640, "ticket-of-this-run"
HOME = f"http://127.0.0.1:{PORT}"
Message = MutableMapping[str, Any]


async def inside(scope: Message, receive: Any, send: Any) -> None:
    """What stands behind the gate in these tests."""
    if scope["type"] == "websocket":
        await receive()
        return await send({"type": "websocket.accept"})
    headers = [(b"access-control-allow-origin", b"*"), (b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"the record"})


GATE = Gate(inside, PORT, TICKET, uses=None)
COOKIE = {"cookie": f"evenkeel_{PORT}={GATE.secret}"}


async def ask(path: str = "/", gate: Gate = GATE, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url=HOME) as client:
        return await client.get(path, headers=headers)


async def knock(**headers: str) -> list[Message]:
    """What the socket is told."""
    told: list[Message] = []
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "path": "/ws", "query_string": f"t={TICKET}".encode(), "headers": raw}

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        told.append(message)

    await GATE(scope, receive, send)
    return told


async def test_without_the_secret_nothing_is_shown() -> None:
    answer = await ask()
    assert answer.status_code == 403 and "record" not in answer.text
    assert (await ask("/?t=wrong")).status_code == 403
    assert (await ask(cookie=f"evenkeel_{PORT}=wrong")).status_code == 403
    assert (await ask(cookie=f"evenkeel_{PORT}={TICKET}")).status_code == 403


async def test_the_ticket_becomes_a_cookie_with_another_secret_and_leaves_the_address() -> None:
    answer = await ask(f"/mood?t={TICKET}&lang=es")
    assert answer.status_code == 303 and answer.headers["location"] == "/mood?lang=es"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert TICKET not in cookie and GATE.secret in cookie


async def test_a_ticket_opens_a_few_windows_and_then_no_more() -> None:
    gate = Gate(inside, PORT, TICKET, uses=2)
    told = [(await ask(f"/?t={TICKET}", gate)).status_code for _ in range(3)]
    assert told == [303, 303, 403]
    known = {"cookie": f"evenkeel_{PORT}={gate.secret}"}
    assert (await ask(f"/?t={TICKET}", gate, **known)).status_code == 200
    assert (await ask(f"/?t={gate.make_ticket()}", gate)).status_code == 303


async def test_a_ticket_ends_ten_minutes_after_its_first_use() -> None:
    at = [0.0]
    gate = Gate(inside, PORT, TICKET, now=lambda: at[0])
    told = []
    for at[0] in (5000.0, 5599.0, 5600.0):
        told.append((await ask(f"/?t={TICKET}", gate)).status_code)
    assert told == [303, 303, 403]


async def test_who_comes_from_a_file_is_sent_on_by_a_page_of_our_own() -> None:
    answer = await ask(f"/mood?t={TICKET}&x=</script>", **{"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200 and GATE.secret in answer.headers["set-cookie"]
    assert 'location.replace("/mood?x=' in answer.text and TICKET not in answer.text
    assert answer.text.count("</script>") == 1


async def test_the_redirect_never_leaves_this_host() -> None:
    answer = await ask(f"//evil.example/x?t={TICKET}")
    assert answer.headers["location"].startswith("/") and not answer.headers["location"].startswith("//")


async def test_the_cookie_opens_and_the_answer_is_guarded() -> None:
    answer = await ask(**COOKIE)
    assert answer.status_code == 200 and answer.text == "the record"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "https:" not in policy
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "wrong", [{"host": "evil.example"}, {"origin": "http://evil.example"}, {"origin": "null"}]
)
async def test_a_foreign_host_or_origin_is_refused(wrong: dict[str, str]) -> None:
    assert (await ask(**COOKIE, **wrong)).status_code == 403


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/oauth_callback"])
async def test_what_flet_serves_and_we_do_not_need_is_hidden(path: str) -> None:
    assert (await ask(path, **COOKIE)).status_code == 403


async def test_the_socket_opens_for_our_own_page() -> None:
    told = await knock(host=f"127.0.0.1:{PORT}", origin=HOME, **COOKIE)
    assert told[0]["type"] == "websocket.accept"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": f"127.0.0.1:{PORT}", "origin": HOME},
        {"host": f"127.0.0.1:{PORT}", **COOKIE},
        {"host": f"127.0.0.1:{PORT}", "origin": "http://evil.example", **COOKIE},
        {"host": "evil.example", "origin": HOME, **COOKIE},
    ],
    ids=["no cookie", "no origin", "foreign origin", "foreign host"],
)
async def test_the_socket_refuses_everyone_else(headers: dict[str, str]) -> None:
    told = await knock(**headers)
    assert [message["type"] for message in told] == ["websocket.close"]


async def test_a_deep_link_gets_the_page_and_no_third_party() -> None:
    served = build_asgi(gallery_main, PORT, TICKET)
    known = {"cookie": f"evenkeel_{PORT}={served.secret}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url=HOME) as client:
        page = await client.get("/health/record/3", headers=known)
        fonts = await client.get("/assets/FontManifest.json", headers=known)
    assert (
        page.status_code == 200 and "flt-semantics-placeholder" in page.text and "https://" not in page.text
    )
    assert "Noto Sans" in fonts.text


def test_every_font_is_there() -> None:
    from app.ui.theme import FONTS

    assert all((ASSETS / path).is_file() for path in FONTS.values())
    assert (Path(ASSETS) / "fonts" / "OFL.txt").is_file()


def test_the_address_holds_the_ticket_once() -> None:
    assert address(PORT, "x", "today", lang="es") == f"{HOME}/today?t=x&lang=es"
