"""A noun that carries files, and a pair of a device's store and the clinic's API that can be cut anywhere."""

from __future__ import annotations

import hashlib
import random
from typing import ClassVar

import httpx
from pydantic import Field

from app.store import Store, shelf
from sync.models import Attachment, Doc, Policy, new_id
from tests.conftest import Phone, Wire


class Letter(Doc):
    """Something with files. The clinic does not know this kind, and keeps it all the same."""

    kind: ClassVar[str] = "letter"
    policy: ClassVar[Policy] = Policy.KEEP_BOTH

    text: str = ""
    attachments: list[Attachment] = Field(default_factory=list)


def picture(size: int, seed: int = 1) -> bytes:
    """Bytes that do not shrink."""
    return random.Random(seed).randbytes(size)


def write(store: Store, *files: bytes, text: str = "") -> Letter:
    """A letter with these files, put as a command would: all of it, or nothing."""
    with store.together():
        named = [store.attach(data, "image/png", f"{n}.png") for n, data in enumerate(files)]
        letter = Letter(id=new_id(store.now()), text=text, attachments=named)
        store.put(letter)
    return letter


def named(data: bytes) -> Attachment:
    """What these bytes are called."""
    return Attachment(hash=hashlib.sha256(data).hexdigest(), size=len(data), type="image/png")


def files_of(device: Phone, letter: Letter) -> list[bytes]:
    """The bytes of its files, on this device."""
    return [b"".join(shelf.read(device.store, one)) for one in letter.attachments]


async def fetched(device: Phone, letter: Letter) -> list[bytes]:
    """Ask for its files, sync, and read them."""
    for one in letter.attachments:
        shelf.ask_for(device.store, one)
    await device.sync()
    return files_of(device, letter)


def paths(wire: Wire) -> list[str]:
    """Counts what is asked of the clinic from now on."""
    asked: list[str] = []
    api = wire.api

    async def counted(scope, receive, send):  # type: ignore[no-untyped-def]
        asked.append(scope["path"])
        await api(scope, receive, send)  # type: ignore[misc]

    wire.api = counted
    return asked


def cut_after(wire: Wire, requests: int) -> None:
    """The clinic hears so many requests more; the next one reaches it, and its answer is lost."""
    api, left = wire.api, [requests]

    async def cutting(scope, receive, send):  # type: ignore[no-untyped-def]
        left[0] -= 1
        await api(scope, receive, send)  # type: ignore[misc]
        if left[0] < 0:
            wire.api = api
            raise httpx.ReadError("cut")

    wire.api = cutting
