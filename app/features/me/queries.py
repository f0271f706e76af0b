"""What the patient's own page reads."""

from __future__ import annotations

from app.context import App
from app.store import Store
from sync.models import Clinic, Device


def list_devices(store: Store) -> list[Device]:
    """The devices that hold this record, those in use first."""
    order = "body ->> 'revoked_at' IS NOT NULL, body ->> 'enrolled_at' DESC"
    return store.find(Device, order=order)


def find_clinic(store: Store) -> Clinic | None:
    """The clinic, once it has said who it is."""
    found = store.find(Clinic, scope="content", limit=1)
    return found[0] if found else None


def count_waiting(store: Store) -> int:
    """How many changes have not reached the clinic."""
    return int(store.rows("SELECT count(*) AS n FROM outbox")[0]["n"])


def is_trusted(app: App) -> bool:
    """Does the lock screen offer to open the record without the passcode?"""
    return app.settings.trust and "device" in app.vault.ways
