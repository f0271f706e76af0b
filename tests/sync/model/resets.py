"""Watches what a device lets go of when a scope begins anew: the model's own count, beside that of the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.protocol.wire import Mutation, Reply

FEW, BELIEVED = 3, 0.3
"""A scope of so many documents is a small one here; the product says 50."""
LIVES = "SELECT scope, generation, caught_up, doubt FROM scopes"
Rows = Sequence[tuple[Any, ...]]


@dataclass
class Reset:
    """One beginning anew: what stood here before, and what the clinic has said since."""

    scope: str
    had: set[str]
    stood: set[str]
    gone: set[str] = field(default_factory=set)
    signed: bool = False
    lost: set[str] = field(default_factory=set)


@dataclass
class News:
    """Of one scope, since the tables were read last: what was accepted, what was called deleted, what was signed."""

    accepted: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    signed: bool = False


class Resets:
    """The resets of one device: `open` ones by scope, and those that are `over` since they were last looked at."""

    def __init__(self) -> None:
        self.open: dict[str, Reset] = {}
        self.over: list[Reset] = []
        self.doubts: dict[str, int] = {}
        self._generations: dict[str, int] = {}
        self._news: dict[str, News] = {}

    def heard(self, sent: Sequence[Mutation], reply: Reply) -> None:
        """A reply was committed."""
        scopes = {one.mid: one.scope for one in sent}
        for verdict in reply.verdicts:
            if verdict.rev and verdict.mid in scopes:
                self._of(scopes[verdict.mid]).accepted.add(verdict.id)
        for page in reply.pages:
            self.told(page.scope, [row.id for row in page.rows if row.deleted])
        for head in reply.heads:
            self._of(json.loads(head.said)["scope"]).signed = True

    def told(self, scope: str, gone: Iterable[str]) -> None:
        """The clinic said that these are deleted."""
        self._of(scope).gone.update(gone)

    def _of(self, scope: str) -> News:
        return self._news.setdefault(scope, News())

    def look(self, lives: Rows, before: tuple[Rows, Rows], after: tuple[Rows, Rows], own: set[str]) -> None:
        """The tables were read again. `before` and `after` are documents and what lies beneath them; `own` the ids
        that were deleted on this device."""
        known = {one[0] for one in lives}
        self.doubts = {scope: doubt for scope, _generation, _caught_up, doubt in lives if doubt}
        for scope in [*self.open, *self._generations]:
            if scope not in known:
                self.open.pop(scope, None)
                self._generations.pop(scope, None)
        for scope, generation, caught_up, doubt in lives:
            if self._generations.get(scope, generation) != generation:
                had = {d[1] for d in before[0] if d[0] == scope and d[5] is not None}
                had |= self._of(scope).accepted
                self.open[scope] = Reset(scope, had, set(held(scope, *before)))
            self._generations[scope] = generation
            if reset := self.open.get(scope):
                self._follow(reset, self._of(scope))
                if caught_up and not doubt:
                    self._close(reset, after, own)
        self._news.clear()

    def _follow(self, reset: Reset, news: News) -> None:
        reset.gone |= news.gone
        reset.signed |= news.signed

    def _close(self, reset: Reset, after: tuple[Rows, Rows], own: set[str]) -> None:
        waiting = {d[1] for d in after[0] if d[0] == reset.scope and d[7]}
        reset.lost = reset.stood - set(held(reset.scope, *after)) - reset.gone - own - waiting
        self.over.append(self.open.pop(reset.scope))


def held(scope: str, docs: Rows, beneath: Rows) -> dict[str, tuple[str, str]]:
    """The clinic's rows as a device has them: beneath unsent changes, or shown; deleted ones left out."""
    shown = {d[1]: (d[4], d[3]) for d in docs if d[0] == scope and d[5] is not None and not d[7]}
    under = {b[1]: b for b in beneath if b[0] == scope}
    return {id: one for id, one in shown.items() if id not in under} | {
        id: (b[4], b[3]) for id, b in under.items() if not b[6]
    }
