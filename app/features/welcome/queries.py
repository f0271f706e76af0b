"""What the lock screen may know while the record is closed."""

from __future__ import annotations

from app.context import App
from app.core.errors import VaultError


def device_opens(app: App) -> bool:
    """Did the patient allow this device to open the record, and can it?"""
    return app.settings.trust and app.vault.keystore is not None and "device" in _ways(app)


def device_words(app: App) -> str:
    """What opening with this device is called: by this computer, by this phone, or by the finger or face it sees."""
    if not app.on_phone:
        return "lock.computer"
    return "lock.person" if app.settings.biometric else "lock.phone"


def has_recovery(app: App) -> bool:
    """Was a recovery code made?"""
    return "recovery" in _ways(app)


def _ways(app: App) -> frozenset[str]:
    """What opens the vault; nothing where its file cannot be read: the passcode's try will say so."""
    try:
        return app.vault.ways
    except VaultError:
        return frozenset()
