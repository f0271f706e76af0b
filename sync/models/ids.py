"""Ids are made on the device: random ones sort by time (UUID version 7), derived ones repeat."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

NAMESPACE = uuid.UUID("6f2c1b5e-3f0a-4c39-9a51-6d1c8e0f7a10")


def new_id(now: datetime) -> str:
    """A new time-ordered id (RFC 9562, version 7): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def derive_id(*parts: str) -> str:
    """The same id for the same parts, always: so that importing twice changes nothing."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))
