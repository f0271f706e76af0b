"""`vault.json`: wrapped keys and their parameters, nothing secret. Written so that it survives a crash."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from app.core.errors import NoVault, StoreFull, VaultDamaged

FILE = "vault.json"


def load(folder: Path) -> dict[str, Any]:
    """The envelope. Raises NoVault when there is none, VaultDamaged when it cannot be read."""
    try:
        envelope = json.loads((folder / FILE).read_text())
        if not (envelope["format"] == 1 and isinstance(envelope["wraps"], dict)):
            raise VaultDamaged()
    except FileNotFoundError:
        raise NoVault() from None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise VaultDamaged() from error
    return dict(envelope)


def save(folder: Path, envelope: dict[str, Any]) -> None:
    """Replace the envelope as a whole: the old one stays until the new one is on the disk."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = folder / (FILE + ".new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(envelope, file)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        new.unlink(missing_ok=True)
        raise StoreFull() from error
    os.replace(new, folder / FILE)
