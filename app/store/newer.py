"""What was said in words of a later version: kept to the letter, and shown once the app is updated."""

from __future__ import annotations

from app.store.store import Store
from sync.models import KINDS

VERSIONED = "docs (version, kind) WHERE version > 1"
LATER = (
    "SELECT kind, version, count(*) AS n FROM docs WHERE version > 1 AND deleted = 0 GROUP BY kind, version"
)
EVERY_KIND = """WITH RECURSIVE found (kind) AS (SELECT min(kind) FROM docs UNION ALL
        SELECT (SELECT min(kind) FROM docs WHERE docs.kind > found.kind) FROM found WHERE kind IS NOT NULL)
    SELECT kind FROM found WHERE kind IS NOT NULL"""
UNKNOWN = "SELECT count(*) AS n FROM docs WHERE kind = ? AND deleted = 0"


def count_newer(store: Store) -> int:
    """How many documents this version of the app cannot show. Costs what there are kinds, not what is stored."""
    known = {kind: model.version for kind, model in KINDS.items()}
    later = sum(
        row["n"] for row in store.rows(LATER) if row["version"] > known.get(row["kind"], row["version"])
    )
    strange = [row["kind"] for row in store.rows(EVERY_KIND) if row["kind"] not in known]
    return int(later + sum(store.rows(UNKNOWN, kind)[0]["n"] for kind in strange))
