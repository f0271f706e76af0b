"""Is there an order to erase the record, from this device's own clinic, for this very enrolment?"""

from __future__ import annotations

from pydantic import ValidationError

from sync.client.answers import Answer
from sync.client.auth import Credentials, thumbprint
from sync.protocol.order import SignedOrder, WipeOrder, read_order


class Refusal(Answer):
    """What a refusal may carry beside its code word."""

    order: SignedOrder


def order_for(credentials: Credentials, refusal: bytes) -> WipeOrder | None:
    """The order in a refusal; None unless the pinned key signed it for this device and this device key."""
    try:
        signed = Refusal.model_validate_json(refusal).order
    except ValidationError:
        return None
    order = read_order(signed, credentials.wipe_key)
    if order is None or not credentials.device or order.device != credentials.device:
        return None
    return order if order.key == thumbprint(credentials.jwk) else None
