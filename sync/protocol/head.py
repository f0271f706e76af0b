"""The signed head: the clinic's word that a scope really is as small as it looks.

A device that would lose more than it believes keeps everything until it reads this under the key that it pinned when
it enrolled. It counts only at the very cursor at which the device stands, and only if the device holds exactly so many
documents of this life of the scope: a page that was cut short on its way, or by a fault, is never confirmed.
"""

from __future__ import annotations

from pydantic import Field, ValidationError

from sync.protocol.signing import is_signed, sign
from sync.protocol.wire import SignedHead, Wire

CONTEXT = b"evenkeel head 1\n"


class Head(Wire):
    """At this cursor, the scope has exactly so many documents that are not deleted."""

    scope: str = Field(max_length=200)
    cursor: str = Field(max_length=1000)
    rows: int = Field(ge=0)


def sign_head(head: Head, seed: bytes) -> SignedHead:
    """The head under the clinic's key, given as its 32-byte seed."""
    said = head.model_dump_json()
    return SignedHead(said=said, signature=sign(CONTEXT, said, seed))


def read_head(signed: SignedHead, pinned: str) -> Head | None:
    """The head when the pinned key signed it; None for anything else."""
    if not is_signed(CONTEXT, signed.said, signed.signature, pinned):
        return None
    try:
        return Head.model_validate_json(signed.said)
    except ValidationError:
        return None
