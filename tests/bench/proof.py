"""Is everything where it should be? `python -m tests.bench.proof clinic URL OUT`, `… compare DOCS COUNT DUMP…`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sync.server.clinic import Clinic
from sync.server.tables import row
from tests.bench import corpus
from tests.bench.clinic import SCOPE
from tests.bench.device import digest, fingerprints


def clinic(url: str, out: str) -> dict[str, Any]:
    """A fingerprint of every document that the clinic holds."""
    asked = sa.select(row.c.kind, row.c.body).where(
        row.c.scope == SCOPE, row.c.kind.in_(("record", "paper")), row.c.deleted.is_(False)
    )
    held = Clinic(url)
    with held.database.unit(SCOPE) as unit:
        found = fingerprints(unit.connection.execute(asked), Path(out))
    held.dispose()
    return found


def compare(docs: str, count: str, *dumps: str) -> dict[str, int]:
    """How many documents each dump has too few, too many or other than the corpus says."""
    folder = Path(docs)
    wanted: dict[str, str] = {}
    for file in (
        corpus.docs_file(folder, int(count)),
        corpus.changes_file(folder),
        corpus.writes_file(folder),
    ):
        wanted |= {line["id"]: digest(line["resource"]) for line in corpus.read(file)}
    held = {Path(dump).stem: json.loads(Path(dump).read_text()) for dump in dumps}
    return {end: len({id for id, _ in wanted.items() ^ found.items()}) for end, found in held.items()}


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    print(json.dumps({"clinic": clinic, "compare": compare}[what](*arguments)))
