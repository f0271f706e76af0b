"""Mistakes around restored clinics, ended access and what waits."""

from __future__ import annotations

from tests.sync.mutants.mistake import (
    DOC,
    EXCHANGE,
    FEED,
    GENERATION,
    JUDGING,
    LEDGER,
    OFFERING,
    OVERLAY,
    SETTLE,
    STATES,
    VERDICTS,
    Mistake,
)

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
        ((FEED, "echo if since else ()", "echo"),),
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
        ((STATES, "AND n >= ? AND NOT {WENT}", "AND n >= ? AND NOT (1 > 2)"),),
    ),
    Mistake(
        "verdict-forgotten",
        "a refusal is given without being kept",
        ((VERDICTS, "        self._new.append(\n", "        verdict.status == \"rejected\" or self._new.append(\n"),),
    ),
)  # fmt: skip
