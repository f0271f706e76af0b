"""Mistakes where changes of two devices meet in one document, and where the clinic forgets."""

from __future__ import annotations

from tests.sync.mutants.mistake import COMPACTION, MERGING, VERDICTS, Mistake

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
        ((VERDICTS, "read = held.body if held.rev == rev else",
          "read = held.body if held.rev == rev or mutation.base.after else"),),
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
        ((VERDICTS, "if not free and held is None and self._buried(mutation, target, rev):", "if False:"),),
    ),
)  # fmt: skip
