"""The clinic's own observations under some codes: what Health and what somebody logs both look at."""

from __future__ import annotations

from collections.abc import Sequence
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
    """These SQL `fields` of the records under these codes (`system|code`), newest first, without mistakes."""
    holes = [", ".join("?" * len(listed)) for listed in (categories, codes)]
    sql = f"""SELECT {fields} FROM docs WHERE kind = 'record' AND scope = ? AND deleted = 0 AND {SOUND}
        AND body ->> 'category' IN ({holes[0]}) AND body ->> 'code' IN ({holes[1]})
        ORDER BY body ->> 'when' DESC, n DESC LIMIT ?"""
    return store.rows(sql, store.scope, *categories, *codes, limit)
