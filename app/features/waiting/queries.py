"""What the outbox page reads."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.store import Store, states
from app.store.shelf import held_back

RECEIPT = """SELECT body ->> 'reason' AS reason, body ->> 'at' AS at FROM docs
    WHERE kind = 'receipt' AND body ->> 'of' = ? ORDER BY seq DESC LIMIT 1"""


@dataclass(frozen=True)
class Item:
    """Something the patient said, on its way or arrived: its state word and the evidence beside it.

    `file` says why it waits for an attachment (`app.store.shelf.held_back`), where it does.
    """

    mid: str
    id: str
    kind: str
    op: str
    at: datetime
    word: str
    reason: str = ""
    body: dict[str, Any] | None = None
    file: str = ""


def waiting_items(store: Store) -> list[Item]:
    """What has not reached the clinic: what needs the patient first, then in the order it goes."""
    files = held_back(store)
    found = [_item(row, row["op"], row["reason"] or "") for row in states.waiting(store)]
    items = [replace(item, file=files.get(item.mid, "")) for item in found]
    return sorted(items, key=lambda item: item.word != "needs-you")


def sent_items(store: Store, limit: int = 20) -> list[Item]:
    """What reached the clinic lately, with the clinic's latest word on it."""
    return [_answered(store, row) for row in states.recent(store, limit)]


def _answered(store: Store, row: dict[str, Any]) -> Item:
    receipts = store.rows(RECEIPT, row["id"])
    return _item(row, "put", (receipts[0]["reason"] or "") if receipts else "")


def _item(row: dict[str, Any], op: str, reason: str) -> Item:
    at = datetime.fromisoformat(row["at"])
    return Item(
        row.get("mid", ""), row["id"], row["kind"], op, at, row["word"], reason, json.loads(row["body"])
    )
