"""`make_*` is random, `derive_*` repeats. A wrapped key is authenticated with its purpose and its vault's id."""

from __future__ import annotations

import base64
import json
import os
import time
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.core.errors import NoArgon2

Wrap = dict[str, Any]
BYTES = 32
GOAL = 0.5
LEAST_PASSES, MOST_PASSES = 3, 8
MEMORY = 65536


class Stretching(Protocol):
    """Argon2id or scrypt with its parameters, for one passcode."""

    def derive(self, key_material: bytes, /) -> bytes:
        """The key; slow on purpose."""


def make_key() -> bytes:
    """A random 256-bit key."""
    return os.urandom(BYTES)


def make_kdf(fast: bool = False, passes: int = LEAST_PASSES) -> dict[str, Any]:
    """Fresh passcode-stretching parameters: Argon2id with 64 MiB where OpenSSL has it, else scrypt with 64 MiB.

    `fast` is for tests of everything but the stretching.
    """
    salt = base64.b64encode(os.urandom(16)).decode()
    if has_argon2():
        cost = {"m": 64, "t": 1} if fast else {"m": MEMORY, "t": passes}
        return {"name": "argon2id", **cost, "p": 1, "salt": salt}
    return {"name": "scrypt", "n": 16 if fast else 65536, "r": 8, "p": 1, "salt": salt}


def has_argon2() -> bool:
    """True where this platform's cryptography and OpenSSL can do Argon2id."""
    try:
        stretching({"name": "argon2id", "m": 64, "t": 1, "p": 1, "salt": base64.b64encode(bytes(16))})
    except NoArgon2:
        return False
    return True


def calibrate() -> int:
    """How many passes of Argon2id take about half a second on this machine; never fewer than three."""
    kdf = make_kdf(passes=1)
    started = time.perf_counter()
    derive_passcode_key("calibration", kdf)
    one = max(time.perf_counter() - started, 0.001)
    return max(LEAST_PASSES, min(MOST_PASSES, round(GOAL / one)))


def is_weaker(kdf: dict[str, Any]) -> bool:
    """True when a wrap was made with less than this version ever uses on this platform."""
    if kdf["name"] != "argon2id":
        return has_argon2()
    return bool(kdf["m"] < MEMORY or kdf["t"] < LEAST_PASSES)


def derive_passcode_key(passcode: str, kdf: dict[str, Any]) -> bytes:
    """Stretch a passcode to a key. Takes a good part of a second on purpose. Raises NoArgon2."""
    return stretching(kdf).derive(passcode.strip().encode())


def stretching(kdf: dict[str, Any]) -> Stretching:
    """What stretches a passcode with these parameters. Raises NoArgon2 where they ask for what is not here."""
    salt = base64.b64decode(kdf["salt"])
    if kdf["name"] != "argon2id":
        return Scrypt(salt=salt, length=BYTES, n=kdf["n"], r=kdf["r"], p=kdf["p"])
    try:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        return Argon2id(salt=salt, length=BYTES, iterations=kdf["t"], lanes=kdf["p"], memory_cost=kdf["m"])
    except (ImportError, UnsupportedAlgorithm) as error:
        raise NoArgon2() from error


def derive_key(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose from a random secret (HKDF-SHA256)."""
    return HKDF(hashes.SHA256(), BYTES, None, purpose.encode()).derive(secret)


def wrap(key: bytes, under: bytes, vault: str, head: Wrap) -> Wrap:
    """`key` sealed under another (AES-256-GCM). The head (purpose and parameters) is bound to it."""
    nonce = os.urandom(12)
    sealed = AESGCM(under).encrypt(nonce, key, bind(vault, head))
    return {**head, "nonce": base64.b64encode(nonce).decode(), "sealed": base64.b64encode(sealed).decode()}


def unwrap(wrapped: Wrap, under: bytes, vault: str) -> bytes | None:
    """The key again, or None when `under` is not the right one or anything was changed."""
    head = {name: value for name, value in wrapped.items() if name not in ("nonce", "sealed")}
    try:
        nonce, sealed = base64.b64decode(wrapped["nonce"]), base64.b64decode(wrapped["sealed"])
        return AESGCM(under).decrypt(nonce, sealed, bind(vault, head))
    except (InvalidTag, ValueError, KeyError):
        return None


def bind(vault: str, head: Wrap) -> bytes:
    """What a wrap is authenticated with: format, vault id, purpose and every parameter."""
    return json.dumps(["evenkeel vault 1", vault, head], sort_keys=True).encode()
