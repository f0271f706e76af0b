"""How attachments travel, without sockets: offered by hash, sent in parts, fetched in parts, proved by hash.

```
up    Offer [scope, hash, size] ── Held [have, whole, refused] ── Part n ── Held ── … ── Held whole
down  Fetch scope, hash, n, count ── bytes of parts n … ── … ── proved by hash, then readable
```

Rules. The clinic says how many bytes it has, and the next part begins there: what is sent twice, or out of order,
changes nothing. It proves the hash when the last part is in; what does not fit is dropped, and begun anew. A document
that names an attachment stays in the outbox until the clinic holds the bytes. One that comes without them all the same
(the clinic was restored from a backup) is answered `wants`: it is not refused and not recorded, and comes again.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from pydantic import Field

from sync.models.attachment import MAX_BYTES
from sync.protocol.wire import Wire

ATTACHMENTS = 2  # the first version of the conversation that knows of them
PART = 256 << 10
MAX_OFFERED = 100
MAX_PARTS = 4
Refusal = Literal["too_big", "full", "no_access"]


class Blob(Wire):
    """Bytes of one scope, by hash. The same bytes in two scopes are two blobs."""

    scope: str = Field(min_length=1, max_length=200)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(gt=0)

    @property
    def parts(self) -> int:
        """How many parts it has."""
        return -(-self.size // PART)

    def length(self, n: int) -> int:
        """How many bytes part `n` has."""
        return min(PART, self.size - n * PART)


class Offer(Wire):
    """Up: what this device would send. Answered with a Held for each, in the same order."""

    blobs: list[Blob] = Field(min_length=1, max_length=MAX_OFFERED)


class Held(Wire):
    """How many bytes of a blob the clinic has, in whole parts, or why it takes none."""

    have: int = Field(default=0, ge=0, le=MAX_BYTES)
    whole: bool = False
    refused: Refusal | None = None


class Offered(Wire):
    """The answer to an Offer."""

    blobs: list[Held]


class Head(Wire):
    """The first line of a part, as JSON; its bytes follow. Answered with a Held."""

    blob: Blob
    n: int = Field(ge=0, lt=MAX_BYTES // PART + 1)


class Fetch(Wire):
    """Down: parts `n` and those behind it, at most `count`. Answered with their bytes, joined."""

    scope: str = Field(min_length=1, max_length=200)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    n: int = Field(ge=0, lt=MAX_BYTES // PART + 1)
    count: int = Field(default=MAX_PARTS, ge=1, le=MAX_PARTS)


@dataclass(frozen=True)
class Part:
    """A part as it travels up."""

    head: Head
    data: bytes

    def said(self) -> bytes:
        """The line and the bytes."""
        return self.head.model_dump_json().encode() + b"\n" + self.data


def read_part(body: bytes) -> Part:
    """A part from its line and bytes. Raises pydantic's ValidationError."""
    line, _, data = body.partition(b"\n")
    return Part(Head.model_validate_json(line), data)


class Shelf(Protocol):
    """The device's attachments, as far as the conversation needs them."""

    def unsent(self) -> Sequence[Blob]:
        """What the clinic must have and this device has not heard that it has, in order."""

    def part(self, blob: Blob, n: int) -> bytes:
        """The bytes of part `n`; none where they are not on this device."""

    def heard(self, blob: Blob, held: Held) -> None:
        """What the clinic said of it."""

    def have(self, blob: Blob) -> int:
        """How many bytes of it are on this device, in whole parts."""

    def take(self, blob: Blob, n: int, data: bytes) -> None:
        """Keep parts that came down, from part `n` on."""

    def finish(self, blob: Blob) -> bool:
        """All parts are in: prove the hash and make it readable, or drop them. True when it was right."""

    def absent(self, blob: Blob) -> None:
        """The clinic has no such blob at the moment."""


Up: TypeAlias = Offer | Part
Down: TypeAlias = Offered | Held


def upload_flow(shelf: Shelf) -> Generator[Up, Down, None]:
    """Offer what is unsent, then send the parts that the clinic lacks. Nothing unsent costs nothing.

    Each blob is tried once; what the clinic refuses, and what is not on this device, is passed over.
    """
    tried: set[Blob] = set()
    while batch := [blob for blob in shelf.unsent() if blob not in tried][:MAX_OFFERED]:
        tried |= set(batch)
        offered = yield Offer(blobs=batch)
        assert isinstance(offered, Offered)
        for blob, held in zip(batch, offered.blobs, strict=False):
            shelf.heard(blob, held)
            if not (held.whole or held.refused):
                yield from _send(shelf, blob, held.have)


def _send(shelf: Shelf, blob: Blob, have: int) -> Generator[Up, Down, None]:
    """Parts from where the clinic is. It may move us on (another device sends the same); where it does not, we stop.

    Parts that are not here end it too: another device may have them.
    """
    while True:
        n = have // PART
        if not (data := shelf.part(blob, n)):
            return
        held = yield Part(Head(blob=blob, n=n), data)
        assert isinstance(held, Held)
        shelf.heard(blob, held)
        if held.whole or held.refused or not have < held.have < blob.size:
            return
        have = held.have


def download_flow(shelf: Shelf, blob: Blob) -> Generator[Fetch, bytes, bool]:
    """Fetch the parts this device lacks. Returns True when the blob is whole and proved."""
    while (have := shelf.have(blob)) < blob.size:
        n = have // PART
        data = yield Fetch(scope=blob.scope, hash=blob.hash, n=n)
        if not _fits(blob, n, data):
            shelf.absent(blob)
            return False
        shelf.take(blob, n, data)
        if shelf.have(blob) <= have:
            return False
    return shelf.finish(blob)


def _fits(blob: Blob, n: int, data: bytes) -> bool:
    """True for one or more whole parts of this blob, beginning with part `n`."""
    left = blob.size - n * PART
    return 0 < len(data) <= left and (len(data) == left or len(data) % PART == 0)
