"""Which words stand for a refusal."""

from __future__ import annotations

REASONS = {
    "exists": "changed_elsewhere",
    "missing": "already_gone",
    "invalid": "not_understood",
    "bad_id": "not_understood",
    "mid_reused": "not_understood",
    "server_owned": "clinic_only",
    "access_ended": "access_ended",
    "no_access": "access_ended",
    "too_old": "too_old",
}


def may_send_again(code: str) -> bool:
    """Was it refused only because this device's access had ended?"""
    return REASONS.get(code) == "access_ended"


def reason_key(code: str) -> str:
    """The end of the key that says why the clinic's computer did not take something."""
    return REASONS.get(code, "other")
