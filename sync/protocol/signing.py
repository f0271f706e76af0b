"""The clinic's Ed25519 signature over a text, bound to what the text is for. Devices pin its key when they enrol."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def sign(context: bytes, said: str, seed: bytes) -> str:
    """The signature over context and text, in base64url, under a key given as its 32-byte seed."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(context + said.encode())
    return base64.urlsafe_b64encode(signature).decode()


def is_signed(context: bytes, said: str, signature: str, pinned: str) -> bool:
    """True when the pinned key signed this text for this purpose; False for anything else."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(pinned))
        key.verify(base64.urlsafe_b64decode(signature), context + said.encode())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def public_half(seed: bytes) -> str:
    """The public key of a seed, as devices pin it: base64url of its 32 bytes."""
    raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return base64.urlsafe_b64encode(raw).decode()
