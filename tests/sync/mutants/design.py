"""The thirteen mistakes of the protocol's design."""

from __future__ import annotations

from tests.sync.mutants.mistake import FEED, GENERATION, JUDGING, OVERLAY, STORE, VERDICTS, Mistake

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
