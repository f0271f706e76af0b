"""What a device and its clinic write down when all goes well and when all goes wrong: ids, never a value."""

from __future__ import annotations

import itertools
import json
import logging
import traceback
from collections.abc import Callable

import httpx
import pytest

from app.features.mood.commands import log_mood
from sync.client.auth import Credentials
from sync.client.transport import Transport
from sync.protocol.errors import BadCode, SyncError
from sync.protocol.wire import Exchange
from sync.server.api import create_app
from sync.server.clinic import Clinic
from tests.conftest import PASSCODE, SERVER, Phone, Wire
from tests.sync.liars import Liar, answer, lying

NOTE = "planted-note"
ODD = (
    answer(json.dumps({"pages": [{"scope": NOTE, "rows": [{"id": NOTE}], "cursor": NOTE}]}).encode()),
    answer(
        json.dumps({"error": NOTE, "order": {"said": NOTE, "signature": NOTE}}).encode(), status=b"401 No"
    ),
    answer(NOTE.encode(), b"content-type: text/plain\r\n"),
)


@pytest.fixture
def journal(wire: Wire, clinic: Clinic) -> list[str]:
    """The clinic's log."""
    lines: list[str] = []
    wire.api = create_app(clinic, log=lines.append)
    return lines


def elsewhere(server: str) -> Callable[[Credentials, Callable[[Credentials], None]], Transport]:
    """The phone's own credentials, at another address."""

    def made(credentials: Credentials, kept: Callable[[Credentials], None]) -> Transport:
        credentials.server = server
        return Transport(credentials, httpx.AsyncClient(trust_env=False), kept)

    return made


async def test_neither_end_writes_down_a_value(
    new_phone: Callable[[str], Phone],
    journal: list[str],
    clinic: Clinic,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    phone, code = new_phone("phone"), clinic.invite("rosa")[0]
    with pytest.raises(BadCode):
        await phone.app.enrol(SERVER, NOTE, PASSCODE)
    await phone.app.enrol(SERVER, code, PASSCODE)
    log_mood(phone.app, 4, NOTE)
    await phone.sync()
    credentials = phone.app.credentials()
    secrets = [
        NOTE,
        code,
        code[5:],
        PASSCODE,
        "Marin",
        credentials.token,
        credentials.jwk["d"],
        "planted-token",
    ]
    clinic.revoke(credentials.device)
    with pytest.raises(SyncError) as refused:
        await phone.sync()
    said = [*traceback.format_exception(refused.value), *(await wrong_answers(phone))]
    written = "\n".join([*journal, caplog.text, *capfd.readouterr(), *said])
    assert credentials.device in written and not [word for word in secrets if word in written]


async def wrong_answers(phone: Phone) -> list[str]:
    """What the errors and their causes say when somebody else answers in the clinic's place."""
    said = []
    for odd, token in itertools.product(ODD, ("", "planted-token-of-mine")):
        with lying(Liar([odd])) as server:
            transport = elsewhere(server)(phone.app.credentials(), lambda _: None)
            transport.credentials.token = token
            with pytest.raises(SyncError) as caught:
                await transport.exchange(Exchange())
            await transport.close()
        said += traceback.format_exception(caught.value)
    return said
