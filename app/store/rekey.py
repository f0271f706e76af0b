"""A new data key for the whole database: SQLCipher writes every page anew in one transaction of its own."""

from __future__ import annotations

from typing import Any

KEY_BYTES = 32


def rekey(connection: Any, key: bytes) -> None:
    """Encrypt all pages under another key. A process that dies in the middle leaves exactly the old or the new one."""
    if len(key) != KEY_BYTES:
        raise ValueError("a 32-byte key")
    connection.execute(f"PRAGMA rekey = \"x'{key.hex()}'\"").fetchall()
