"""Packs what a device says, and opens packed answers a step at a time, so that a bomb is stopped by its size."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import BinaryIO, cast

from sync.protocol.errors import NotTheClinic

MAX_REPLY = 96 << 20
MAX_PACKED = 32 << 20
STEP = 1 << 20


def pack(data: bytes) -> bytes:
    """The bytes under zstd, with their size in front."""
    import zstandard

    packed: bytes = zstandard.ZstdCompressor(level=3).compress(data)
    return packed


def unpack(raw: bytes, encoding: str) -> bytes:
    """The bytes decompressed, a MiB at a time, so that a bomb is stopped by its size. Raises NotTheClinic."""
    if encoding in ("", "identity"):
        return raw
    parts = bytearray()
    try:
        with opened(raw, encoding) as stream:
            while part := stream.read(STEP):
                parts += part
                if len(parts) > MAX_REPLY:
                    raise NotTheClinic()
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise NotTheClinic() from error
    return bytes(parts)


def opened(raw: bytes, encoding: str) -> BinaryIO:
    """A stream of what is packed. Raises ValueError for a packing nobody asked for; errors in it are OSErrors."""
    if encoding == "gzip":
        return cast(BinaryIO, gzip.GzipFile(fileobj=io.BytesIO(raw)))
    if encoding == "zstd":
        return cast(BinaryIO, Zstd(raw))
    raise ValueError(encoding)


class Zstd(io.RawIOBase):
    """Reads zstd; what does not fit is an OSError."""

    def __init__(self, raw: bytes) -> None:
        import zstandard

        self._error = zstandard.ZstdError
        self._inner = zstandard.ZstdDecompressor(max_window_size=8 << 20).stream_reader(raw)

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; none at the end."""
        try:
            return bytes(self._inner.read(size))
        except self._error as error:
            raise OSError(str(error)) from error
