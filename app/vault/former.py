"""The data keys of before: a database that was set aside without a vault is still under the key of its day.

They are sealed under the present data key (`former` in `vault.json`), so no passcode is tried on them: only who has
the record open today gets at what was set aside earlier.
"""

from __future__ import annotations

from typing import Any

from app.vault import keys

PURPOSE = "former"


def seal_former(former: tuple[bytes, ...], key: bytes, vault: str) -> dict[str, list[keys.Wrap]]:
    """What the envelope says of these keys, sealed under `key`; nothing where there are none."""
    under = keys.derive_key(key, PURPOSE)
    sealed = [keys.wrap(old, under, vault, {"purpose": PURPOSE}) for old in dict.fromkeys(former)]
    return {"former": sealed} if sealed else {}


def open_former(held: dict[str, Any], key: bytes) -> tuple[bytes, ...]:
    """The former keys that this one opens, oldest first; none during a rotation for the key that is not kept yet."""
    under = keys.derive_key(key, PURPOSE)
    found = [keys.unwrap(sealed, under, held["id"]) for sealed in held.get("former", [])]
    return tuple(old for old in found if old)
