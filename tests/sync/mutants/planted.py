"""The mistakes: the thirteen of the protocol's design, and ours. Each is a change of the product's own text.

The text to be changed must stand exactly once, so that no refactoring disarms a mistake unseen.
"""

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


DESIGN = (
    Mistake(
        "not-idempotent",
        "a mutation delivered twice is applied twice",
        (
            (VERDICTS, "if past is not None:", "if False:"),
            (VERDICTS, "sa.insert(applied), self._new", 'sa.insert(applied).prefix_with("OR REPLACE"), self._new'),
        ),
    ),
    Mistake(
        "resurrect",
        "an edit of a deleted document brings its id back to life",
        ((VERDICTS, "(not held.deleted and held.rev == rev)", "(held.deleted or held.rev == rev)"),),
    ),
    Mistake(
        "lww",
        "an edit on an old base silently replaces the newer text",
        ((VERDICTS, "LAST_WINS = (Policy.REGISTER, Policy.COMMAND)",
          "LAST_WINS = (Policy.REGISTER, Policy.COMMAND, Policy.KEEP_BOTH, Policy.SEALED)"),),
    ),
    Mistake(
        "compact-silent",
        "a tombstone is removed and an older cursor is not reset",
        ((FEED, "if sent.seq < floor and sent.began != floor:", "if False:"),),
    ),
    Mistake(
        "next-is-head",
        "a page carries the head as its cursor although rows are left",
        ((FEED, "return rows, last, True", "return rows, head, True"),),
    ),
    Mistake(
        "no-tombstones",
        "deleted documents are missing from the feed",
        ((FEED, "size = 0 if one.mid in echo else len(one.body)",
          "size = 0 if one.deleted or one.mid in echo else len(one.body)"),),
    ),
    Mistake(
        "ack-all-pending",
        "a reply clears the whole outbox, with what was written meanwhile",
        ((JUDGING, '"DELETE FROM outbox WHERE mid = ?", [(one.mid,) for one, _ in found]',
          '"DELETE FROM outbox WHERE ? <> 0", [(1,) for one, _ in found]'),),
    ),
    Mistake(
        "cursor-first",
        "the cursor is stored before the rows, in another transaction",
        ((STORE, "        with plainly(self.folder), self.db.atomic():\n            changed = settle.take(",
          '        with self.db.atomic():\n            for page in reply.pages:\n                self.db.execute(\n'
          '                    "UPDATE scopes SET cursor = ? WHERE scope = ?", [page.cursor, page.scope]\n'
          "                )\n"
          "        with plainly(self.folder), self.db.atomic():\n            changed = settle.take("),),
    ),
    Mistake(
        "bootstrap-drops-outbox",
        "a reset clears what waits",
        ((GENERATION, '    db.execute("UPDATE base SET seq = -1 WHERE scope = ?", [page.scope])\n',
          '    db.execute("UPDATE base SET seq = -1 WHERE scope = ?", [page.scope])\n'
          '    db.execute("DELETE FROM outbox WHERE scope = ?", [page.scope])\n'),),
    ),
    Mistake(
        "bootstrap-merges",
        "a reset is laid over the old rows and does not replace them",
        ((GENERATION, "    db.execute(f\"DELETE {OLD}\", old)\n", ""),),
    ),
    Mistake(
        "predicted-revision",
        "a second offline edit guesses the revision the first one will get",
        (
            (OVERLAY, "base = Base(after=before[0]) if before else read_upon(",
             "base = guess(db, doc, scope) if before else read_upon("),
            (OVERLAY, "def read_upon(",
             'def guess(db: Database, doc: Doc, scope: str) -> Base:\n    """A guess."""\n'
             "    sql = 'SELECT rev, (SELECT count(*) FROM outbox) FROM docs WHERE scope = ? AND id = ?'\n"
             "    rev, waits = db.execute(sql, [scope, doc.id]).fetchone() or (None, 0)\n"
             '    epoch, _, seq = (rev or "x.0").rpartition(".")\n'
             '    return Base(rev=f"{epoch}.{int(seq) + waits}")\n\n\ndef read_upon('),
        ),
        examples=10_000,
    ),
    Mistake(
        "stale-verdict",
        "an old verdict, delivered again, overwrites a newer row",
        ((OVERLAY, "\n    WHERE excluded.seq > coalesce(seq, -1)", ""),
         (VERDICTS, 'if latest else {"rev": None, "seq": None}', "if True else {}")),
    ),
    Mistake(
        "chain-not-followed",
        "a chained edit follows the verdict of its predecessor but not its document id",
        ((VERDICTS, "return past.doc, past.rev",
          'return mutation.id, getattr(self.ledger.get(mutation.id), "rev", None)'),),
    ),
)  # fmt: skip
OURS = (
    Mistake(
        "offered-last",
        "what a restored clinic forgot is offered after what was done since",
        ((OFFERING, "SELECT min(coalesce(min(n), 1), 1) FROM outbox", "SELECT coalesce(max(n), 0) + 99 FROM outbox"),),
    ),
    Mistake(
        "offered-without-base",
        "what is offered again no longer says upon what it was made",
        ((OFFERING, "    db.execute(CHAIN, here)\n", ""),),
    ),
    Mistake(
        "never-offered",
        "a restored clinic is not offered what it forgot",
        ((GENERATION, "        offer_again(db, page.scope)", "        pass"),),
    ),
    Mistake(
        "copies-forgotten",
        "what became a copy is not offered again",
        ((OFFERING, "(status IN ('ok', 'dup') OR copy_id IS NOT NULL)", "status IN ('ok', 'dup')"),),
    ),
    Mistake(
        "judged-in-another-life",
        "a restored clinic judges before the device has offered again what was forgotten",
        ((EXCHANGE, "return [] if since and bench.is_of_another_life(since) else bench.judge(said)",
          "return bench.judge(said)"),),
    ),
    Mistake(
        "old-epoch",
        "numbers go on after a restore as if nothing had happened",
        ((LEDGER, "values(epoch=fresh, vouched=False)", "values(vouched=False)"),),
    ),
    Mistake(
        "form-overwrites",
        "a form left open is saved upon a revision that its author never read",
        ((OVERLAY, "doc.stamp is None or ", "True or "),),
    ),
    Mistake(
        "floor-for-ever",
        "a catch-up that begins above the floor is sent back to the start by every page",
        ((FEED, "if sent.seq < floor and sent.began != floor:", "if sent.seq < floor:"),),
    ),
    Mistake(
        "echo-at-reset",
        "a device that begins anew is not sent its own words",
        ((FEED, "() if reset else echo", "echo"),),
    ),
    Mistake(
        "any-scope",
        "a page is filled from every patient's rows",
        ((FEED, '        row.c.scope == sa.bindparam("in_scope"),\n', ""),),
    ),
    Mistake(
        "sent-stays",
        "ended access leaves what was sent on the device",
        ((SETTLE, '("docs", "base", "sent", "scopes")', '("docs", "base", "scopes")'),),
    ),
    Mistake(
        "ended-drops-outbox",
        "ended access takes the words that were not sent yet",
        ((SETTLE, "\"UPDATE outbox SET reason = 'access_ended' WHERE scope = ? AND reason IS NULL\"",
          '"DELETE FROM outbox WHERE scope = ? AND reason IS NULL"'),),
    ),
    Mistake(
        "refused-blocks",
        "a refused change stays at the head of the queue",
        ((JUDGING, 'REFUSE = "UPDATE outbox SET reason = ? WHERE mid = ?"',
          'REFUSE = "UPDATE outbox SET tried = 1 WHERE ? <> mid AND mid = ?"'),),
    ),
    Mistake(
        "nulls-dropped",
        "an edit leaves out the unknown fields that say null",
        ((DOC, 'exclude={"id", "stamp", *empty})', 'exclude={"id", "stamp", *empty}, exclude_none=True)'),),
    ),
    Mistake(
        "undo-forgets",
        "taking a change back removes it although it may have reached the clinic",
        ((STATES, 'AND n >= ? AND tried = 0", [scope, id, n]', 'AND n >= ? AND tried < 9", [scope, id, n]'),),
    ),
    Mistake(
        "verdict-forgotten",
        "a refusal is given without being kept",
        ((VERDICTS, "        self._new.append(\n", "        verdict.status == \"rejected\" or self._new.append(\n"),),
    ),
)  # fmt: skip
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
FIELDS = (
    Mistake(
        "register-loses-field",
        "a preference changed on one device takes what another one changed beside it",
        ((VERDICTS, "made = met(policy, read, held.body, mutation.body)", "made = None"),),
    ),
    Mistake(
        "register-without-base",
        "all that a change names counts as changed",
        ((MERGING, 'registered(before, now, said) if', 'registered(None, now, said) if'),),
    ),
    Mistake(
        "register-upon-merged",
        "the second change of two is compared with what the clinic made of the first",
        ((LEDGER, "            if (one.id, one.rev) == (id, rev):\n                return one.body\n",
          "            if (one.id, one.rev) == (id, rev):\n                return self._written[id].body\n"),),
    ),
    Mistake(
        "monotone-goes-back",
        "the last one who says how far they are wins, although others were further",
        ((MERGING, "if name not in stands or _rises(stands[name], value)", "if True"),),
    ),
    Mistake(
        "merged-is-echo",
        "what the clinic made of two changes is not sent to the one who made the second",
        ((VERDICTS, "max(held.version, mutation.version))", "max(held.version, mutation.version), mid=mutation.mid)"),),
    ),
)  # fmt: skip
FORGETTING = (
    Mistake(
        "floor-stays",
        "deletions are forgotten and the floor stays where it was",
        ((COMPACTION, "values(floor=highest)", "values(floor=scope.c.floor)"),),
    ),
    Mistake(
        "verdicts-of-yesterday",
        "all verdicts are forgotten with those of long ago",
        ((COMPACTION, "applied.c.scope == unit.scope, applied.c.received_ms < before_ms",
          "(applied.c.scope == unit.scope,)"),),
    ),
    Mistake(
        "deletions-of-yesterday",
        "what was replaced or deleted lately is forgotten as what was deleted long ago",
        ((COMPACTION, "row.c.deleted.is_(True), row.c.received_ms < before_ms", "row.c.received_ms < before_ms"),),
    ),
    Mistake(
        "buried-and-forgotten",
        "a change upon what was deleted and forgotten makes it anew",
        ((VERDICTS, "if not free and held is None and self._buried(target, rev):", "if False:"),),
    ),
)  # fmt: skip
MISTAKES = (*DESIGN, *OURS, *PIECES, *LESS, *FIELDS, *FORGETTING)
