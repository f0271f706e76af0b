"""`vault.json`: wrapped keys and their parameters, nothing secret. Written so that it survives a crash.

format   1
id       16 hex digits; names this vault in the keystore and in every wrap
wraps    passcode, device, recovery: {purpose, [kdf], nonce, sealed}, all of the same data key
founded  true once the database was there
next     the wraps of a new data key while the database is being re-encrypted; gone when that is done
former   earlier data keys under the present one: [{purpose, nonce, sealed}], while a database set aside needs them
sum      SHA-256 of id, wraps, next, former: damage is told from a wrong passcode (an attacker could make it fit)
tries    how many wrong passcodes, how long to wait, since which uptime
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from app.core.disk import sync_folder
from app.core.errors import NoVault, StoreFull, VaultDamaged

FILE, ERASING = "vault.json", "erasing"


def load(folder: Path) -> dict[str, Any]:
    """The envelope. Raises NoVault when there is none, VaultDamaged when it cannot be read."""
    try:
        envelope = json.loads((folder / FILE).read_text())
        if not well_formed(envelope):
            raise VaultDamaged()
    except FileNotFoundError:
        raise NoVault() from None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise VaultDamaged() from error
    return dict(envelope)


def well_formed(envelope: Any) -> bool:
    """True when it has everything that opening reads, each of its kind."""
    wraps = [envelope["wraps"], envelope.get("next", {})]
    if "passcode" not in wraps[0]:
        return False
    tries = envelope["tries"]
    return (
        envelope["format"] == 1
        and envelope["sum"] == sum_of(envelope)
        and isinstance(envelope["id"], str)
        and all(isinstance(wrap, dict) for group in wraps for wrap in group.values())
        and all(isinstance(wrap, dict) for wrap in envelope.get("former", []))
        and all(sane(group["passcode"]["kdf"]) for group in wraps if group)
        and all(isinstance(tries[name], int | float) for name in ("count", "wait", "since"))
    )


def sum_of(envelope: dict[str, Any]) -> str:
    """A checksum of everything but the tries, so that damage is not taken for a wrong passcode."""
    guarded = [envelope["id"], envelope["wraps"], envelope.get("next")]
    guarded += [envelope["former"]] if "former" in envelope else []
    return hashlib.sha256(json.dumps(guarded, sort_keys=True).encode()).hexdigest()


def sane(kdf: Any) -> bool:
    """True for parameters that some version wrote: a damaged number must not ask for all the memory there is."""
    if not 8 <= len(base64.b64decode(kdf["salt"], validate=True)) <= 64 or not 1 <= kdf["p"] <= 8:
        return False
    if kdf["name"] == "argon2id":
        return bool(8 <= kdf["m"] <= 1 << 20 and 1 <= kdf["t"] <= 64)
    n, r = int(kdf["n"]), int(kdf["r"])
    return kdf["name"] == "scrypt" and 2 <= n <= 1 << 20 and n & (n - 1) == 0 and 1 <= r <= 16


def save(folder: Path, envelope: dict[str, Any]) -> None:
    """Replace the envelope as a whole: the old one stays until the new one is on the disk."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = folder / (FILE + ".new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({**envelope, "sum": sum_of(envelope)}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, folder / FILE)
        sync_folder(folder)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise StoreFull() from error


def destroy(folder: Path) -> None:
    """Overwrite the envelope, then remove it: what it wrapped cannot be unwrapped any more."""
    for name in (FILE, FILE + ".new"):
        file = folder / name
        if not file.exists():
            continue
        with file.open("r+b") as stream:
            stream.write(os.urandom(max(file.stat().st_size, 1)))
            stream.flush()
            os.fsync(stream.fileno())
        file.unlink()


# --- an erase says that it began, so that a start can end it, and only it


def begin_erasing(folder: Path) -> None:
    """Say on the disk that this record is being erased. A full disk is no reason not to erase."""
    with contextlib.suppress(OSError):
        os.close(os.open(folder / ERASING, os.O_WRONLY | os.O_CREAT, 0o600))
        sync_folder(folder)


def is_half_erased(folder: Path) -> bool:
    """An erase began here and got at the envelope. One that still reads, in whatever format, was not touched."""
    return (folder / ERASING).exists() and is_gone(folder / FILE)


def is_gone(file: Path) -> bool:
    """True for no file, and for one that is no JSON object: an erase wrote over it."""
    try:
        return not isinstance(json.loads(file.read_bytes()), dict)
    except (FileNotFoundError, ValueError, RecursionError):
        return True
    except OSError:
        return False


def end_erasing(folder: Path) -> None:
    """Nothing is left to erase."""
    with contextlib.suppress(OSError):
        (folder / ERASING).unlink(missing_ok=True)
