"""What the patient's own page reads."""

from __future__ import annotations

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
