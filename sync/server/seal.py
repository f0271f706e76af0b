"""Seals what the server keeps at rest: AES-256-GCM under a key derived from the clinic's secrets, for one purpose."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class Seal:
    """One key. What was sealed opens only with the same secret, purpose and `about`."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._cipher = AESGCM(HKDF(SHA256(), 32, None, purpose.encode()).derive(secret))

    def close(self, plain: bytes, about: str) -> bytes:
        """The bytes sealed: a random nonce, then what is encrypted. `about` is bound, not kept."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes | None:
        """The plain bytes, or None when they were sealed otherwise or changed since."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
        except InvalidTag:
            return None
