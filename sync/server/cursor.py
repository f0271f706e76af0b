"""How far a device is in a scope: opaque to it, and of no use in another scope or another life of this one."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass

SHORT = 9
SCHEMA = 1
"""Raised by a release that sends what it already sent in another shape: then every device begins anew."""


@dataclass(frozen=True)
class Cursor:
    """A place in a scope's order, and the floor when the device `began` at the start: it may go on below that.

    Release 0.1.0 wrote neither that nor a schema, which was the first.
    """

    scope: str
    epoch: str
    seq: int
    began: int = 0
    schema: int = 1


def write(cursor: Cursor, key: bytes) -> str:
    """The cursor as a device carries it."""
    place = [cursor.scope, cursor.epoch, cursor.seq, cursor.began, cursor.schema]
    said = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hmac.digest(key, said, "sha256")[:SHORT] + said).decode().rstrip("=")


def read(text: str, key: bytes) -> Cursor | None:
    """The cursor a device sent, or None where it is not one of ours."""
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except ValueError:
        return None
    mark, said = raw[:SHORT], raw[SHORT:]
    if not hmac.compare_digest(mark, hmac.digest(key, said, "sha256")[:SHORT]):
        return None
    return Cursor(*json.loads(said))
