"""What a FHIR reference points at, on this device."""

from __future__ import annotations

import json
from typing import Any

from app.store.search import PICKED
from app.store.store import Store
from sync.fhir.shape import text
from sync.models import derive_id

POINTED_AT = ("Practitioner", "Organization", "Location", "Patient", "Condition", "Encounter", "Medication")
TITLE = f"SELECT body ->> 'title' AS title {PICKED} WHERE deleted = 0"


def tail(link: dict[str, Any]) -> str:
    """The id at the end of a reference."""
    said = text(link.get("reference")).partition("/_history")[0]
    return said.rpartition("/")[2].rpartition(":")[2]


def name_of(store: Store, link: dict[str, Any]) -> str:
    """What a reference points at, by name: its own words, or the title of the record it means."""
    if said := text(link.get("display")):
        return said
    ids = json.dumps([derive_id("record", kind, tail(link)) for kind in POINTED_AT])
    rows = store.rows(TITLE, ids, store.scope)
    return str(rows[0]["title"]) if rows else ""
