"""What a planted mistake is, and the files of the product that mistakes are planted in."""

from __future__ import annotations

from dataclasses import dataclass

VERDICTS, FEED, EXCHANGE = "sync/server/verdicts.py", "sync/server/feed.py", "sync/server/exchange.py"
SETTLE, OVERLAY, OFFERING = "app/store/settle.py", "app/store/overlay.py", "app/store/offering.py"
JUDGING, STORE, STATES = "app/store/verdicts.py", "app/store/store.py", "app/store/states.py"
GENERATION, SEGMENT, SNAPSHOTS = (
    "app/store/generation.py",
    "sync/protocol/segment.py",
    "sync/server/snapshots.py",
)
LEDGER, HEADS, DOC = "sync/server/ledger.py", "sync/server/heads.py", "sync/models/doc.py"
COMPACTION, MERGING = "sync/server/compaction.py", "sync/server/merging.py"
Change = tuple[str, str, str]


@dataclass(frozen=True)
class Mistake:
    """A mistake: what it breaks in words, how it is planted, and how many examples the model may need at most."""

    name: str
    breaks: str
    changes: tuple[Change, ...]
    examples: int = 6000
    steps: int = 30
