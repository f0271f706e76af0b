"""The clinic's own observations under some codes: what Health and what somebody logs both look at."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from app.store.store import Store

SOUND = "body ->> 'status' NOT IN ('entered-in-error', 'cancelled')"
MEASURED = ("reading", "result")
BY_CODE = """docs (scope, body ->> 'category', body ->> 'code', body ->> 'when')
    WHERE kind = 'record' AND deleted = 0"""
"""The index that finds them; the feature whose lists need it most declares it."""


def observed(
    store: Store, codes: Sequence[str], fields: str, categories: Sequence[str] = MEASURED, limit: int = -1
) -> list[dict[str, Any]]:
    """These SQL `fields` of the records under these codes (`system|code`), newest first, without mistakes.

    `fields` has "when". Each category and code is asked for by itself: with IN, SQLite read all records there are.
    """
    sql = f"""SELECT {fields} FROM docs WHERE kind = 'record' AND scope = ? AND deleted = 0 AND {SOUND}
        AND body ->> 'category' = ? AND body ->> 'code' = ? ORDER BY body ->> 'when' DESC, n DESC LIMIT ?"""
    asked = product(categories, codes)
    found = [row for one in asked for row in store.rows(sql, store.scope, *one, limit)]
    return sorted(found, key=lambda row: row["when"] or "", reverse=True)[: None if limit < 0 else limit]
