"""The bytes of a segment: rows in the scope's order as MessagePack, packed with zstd, named by what is packed.

No JSON here: bodies are texts that nobody on the way reads, and a first download has many of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
import zstandard

MOST = 96 << 20
Line = tuple[str, str, str, int, bool, int, str]
"""One row: id, kind, rev, seq, deleted, version, body."""
_decoder = msgspec.msgpack.Decoder(list[Line])


def pack(lines: Sequence[Line], level: int) -> bytes:
    """The rows, packed."""
    return zstandard.ZstdCompressor(level=level).compress(msgspec.msgpack.encode(lines))


def name_of(packed: bytes) -> str:
    """What the segment of these bytes is called: their SHA-256, in hex."""
    return hashlib.sha256(packed).hexdigest()


def unpack(packed: bytes, name: str) -> list[Line] | None:
    """The rows of the segment of this name; None for any other bytes. At most 96 MiB are unpacked."""
    if name_of(packed) != name:
        return None
    try:
        if not 0 <= zstandard.frame_content_size(packed) <= MOST:
            return None
        plain = zstandard.ZstdDecompressor(max_window_size=8 << 20).decompress(packed)
        return _decoder.decode(plain)
    except (zstandard.ZstdError, msgspec.MsgspecError):
        return None
