"""The wipe order: the clinic's signed word that a device was reported lost, for one enrolment of one device.

It hangs on the refusal of a device whose access ended. A device obeys only a signature of the key that it pinned when
it enrolled, over its own id and its own device key: a later enrolment has another key, so an old order says nothing
to it.
"""

from __future__ import annotations

from pydantic import Field, ValidationError

from sync.protocol.signing import is_signed, sign
from sync.protocol.wire import Wire

CONTEXT = b"evenkeel wipe order 1\n"


class WipeOrder(Wire):
    """Erase the record on `device`, enrolled with the key of thumbprint `key`. `nonce` names this very order."""

    device: str = Field(min_length=1, max_length=64)
    key: str = Field(min_length=1, max_length=64)
    ordered_at: str = Field(max_length=40)
    nonce: str = Field(min_length=16, max_length=64)


class SignedOrder(Wire):
    """An order's JSON to the letter, and an Ed25519 signature over CONTEXT and it, in base64url."""

    said: str = Field(max_length=1000)
    signature: str = Field(max_length=100)


def sign_order(order: WipeOrder, seed: bytes) -> SignedOrder:
    """The order under the clinic's key, given as its 32-byte seed."""
    said = order.model_dump_json()
    return SignedOrder(said=said, signature=sign(CONTEXT, said, seed))


def read_order(signed: SignedOrder, pinned: str) -> WipeOrder | None:
    """The order when the pinned key signed it; None for anything else."""
    if not is_signed(CONTEXT, signed.said, signed.signature, pinned):
        return None
    try:
        return WipeOrder.model_validate_json(signed.said)
    except ValidationError:
        return None
