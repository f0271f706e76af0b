"""Opens what a device packed, bounded in size and window. Only asked for once the device has proved itself."""

from __future__ import annotations

import zstandard
from starlette.exceptions import HTTPException

from sync.server.denials import Deny

WINDOW = 8 << 20


def unpacked(body: bytes, encoding: str, cap: int) -> bytes:
    """The body as it was before packing. Raises 413 beyond `cap` bytes, 422 for what is no zstd.

    A bomb is stopped by its size: nothing beyond the cap is ever unpacked.
    """
    if encoding != "zstd":
        return body
    try:
        opened: bytes = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(body).read(cap + 1)
    except zstandard.ZstdError:
        raise Deny(422, "invalid") from None
    if len(opened) > cap:
        raise HTTPException(413, "too_big")
    return opened
