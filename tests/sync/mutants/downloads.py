"""Mistakes of first downloads in pieces, and of clinics that suddenly have far less."""

from __future__ import annotations

from tests.sync.mutants.mistake import GENERATION, HEADS, LEDGER, SEGMENT, SNAPSHOTS, STORE, Mistake

PIECES = (
    Mistake(
        "segments-merge",
        "a first download in pieces is laid over the old rows and does not replace them",
        ((GENERATION, "elif page.reset or known[0]:", "elif (page.reset or known[0]) and not plan:"),),
    ),
    Mistake(
        "segment-unproved",
        "a segment's bytes are taken for those that were asked for",
        ((SEGMENT, "if name_of(packed) != name:", "if False:"),),
    ),
    Mistake(
        "first-segment-is-all",
        "the cursor of a snapshot counts with its first segment",
        ((GENERATION, "if filled + 1 == len(segments):", "if filled == 0:"),),
    ),
    Mistake(
        "progress-first",
        "how far a download is, is stored before the rows, in another transaction",
        ((STORE, "        with plainly(self.folder), self.db.atomic():\n            changed = generation.fill(",
          "        with self.db.atomic():\n            generation.fill(self.db, part, [])\n"
          "        with plainly(self.folder), self.db.atomic():\n            "
          "changed = generation.write(self.db, part.scope, lines) or generation.fill("),),
    ),
    Mistake(
        "progress-goes-on",
        "another snapshot is taken for the rest of the one before",
        ((GENERATION, "snapshot = NULL, filled = 0, doubt = 0,", "snapshot = NULL, doubt = 0,"),),
    ),
    Mistake(
        "snapshot-below-floor",
        "a snapshot from before deletions were forgotten is handed out after it",
        ((SNAPSHOTS, "snapshot.c.seq.between(floor, head)", "snapshot.c.seq <= head"),),
    ),
    Mistake(
        "snapshot-of-all",
        "a snapshot is cut from every patient's rows",
        ((SNAPSHOTS, "row.c.scope == unit.scope, row.c.seq <= head", "row.c.seq <= head"),),
    ),
)  # fmt: skip

LESS = (
    Mistake(
        "far-less-believed",
        "a device empties itself when the clinic suddenly has far less",
        ((GENERATION, "if had > SMALL and going > had * BELIEVED:", "if False:"),),
    ),
    Mistake(
        "doubted-for-ever",
        "what the clinic has signed is not let go of",
        ((GENERATION, "== head.rows else set()", "< 0 else set()"),),
    ),
    Mistake(
        "signed-unasked",
        "the clinic signs for a database that nobody has looked at",
        ((HEADS, "if vouched else None", "if place else None"),),
    ),
    Mistake(
        "restored-is-vouched",
        "a backup that was put back counts as right",
        ((LEDGER, "values(epoch=fresh, vouched=False)", "values(epoch=fresh, vouched=True)"),),
    ),
)  # fmt: skip
