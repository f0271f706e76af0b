"""Apps and clinics of neighbouring versions understand each other; others say so and keep everything."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from app.features.mood.commands import log_mood
from sync.client.engine import word_for
from sync.client.transport import Transport
from sync.protocol.errors import TooNew, TooOld
from sync.protocol.version import PROTOCOL
from tests.conftest import Cut, Phone, Wire

V1_EXCHANGE = {"v", "cursors", "mutations", "limit"}
V1_REPLY = {"v", "verdicts", "pages", "ended"}
V1_PAGE = {"scope", "rows", "cursor", "more", "reset"}


class OlderClinic(httpx.AsyncBaseTransport):
    """The real clinic behind the ears of release 0.1.0: it knows no version but its own, and no later field."""

    def __init__(self, wire: Wire, refusal: dict[str, object]) -> None:
        self.inner, self.refusal, self.asked = Cut(wire), refusal, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Refuse what it does not speak."""
        if request.url.path != "/v1/sync":
            return await self.inner.handle_async_request(request)
        self.asked += 1
        said = json.loads(request.content)
        if said.get("v", 1) != 1:
            said_no = httpx.ByteStream(json.dumps(self.refusal).encode())
            return httpx.Response(426, headers={"content-type": "application/json"}, stream=said_no)
        assert said.keys() <= V1_EXCHANGE
        return await self.inner.handle_async_request(request)


def to(phone: Phone, wire: Wire, refusal: dict[str, object]) -> OlderClinic:
    """Put this phone before an older clinic."""
    older = OlderClinic(wire, refusal)
    assert phone.app.engine
    old = phone.app.engine.transport
    phone.app.engine.transport = Transport(old.credentials, httpx.AsyncClient(transport=older), old.kept)
    return older


@pytest.mark.parametrize("refusal", [{"error": "too_old", "oldest": 1}, {"error": "too_new", "newest": 1}])
async def test_a_new_app_speaks_the_older_words_of_its_clinic(
    phone: Phone, wire: Wire, refusal: dict[str, object]
) -> None:
    older = to(phone, wire, refusal)
    entry = log_mood(phone.app, 4)
    await phone.sync()
    assert phone.clinic.get(phone.store.scope, entry.id) and not phone.store.pending(1)
    assert older.asked == 2
    await phone.sync()
    assert older.asked == 3


@pytest.mark.parametrize(
    "refusal, error, word",
    [
        ({"error": "too_old", "oldest": PROTOCOL + 1}, TooOld, "too-old"),
        ({"error": "too_new", "newest": 0}, TooNew, "too-new"),
        ({"error": "too_new"}, TooNew, "too-new"),
    ],
)
async def test_versions_too_far_apart_are_said_and_nothing_is_lost(
    phone: Phone, wire: Wire, refusal: dict[str, object], error: type[TooOld | TooNew], word: str
) -> None:
    to(phone, wire, refusal)
    entry = log_mood(phone.app, 4)
    with pytest.raises(error) as raised:
        await phone.sync()
    assert word_for(raised.value) == word
    assert [mutation.id for mutation in phone.store.pending(9)] == [entry.id]


async def test_an_app_of_release_0_1_0_hears_only_words_it_knows(
    new_phone: Callable[[str], Phone], phone: Phone, wire: Wire
) -> None:
    assert phone.app.engine
    transport = phone.app.engine.transport
    raw = await transport.ask("/v1/sync", b"{}")
    reply = json.loads(raw)
    assert reply["v"] == 1 and reply.keys() <= V1_REPLY
    assert reply["pages"] and all(page.keys() <= V1_PAGE for page in reply["pages"])
