"""Does an answer fit what was asked? A clinic that is broken, or none at all, must not get into the record.

What a device can judge by itself: verdicts are about what was sent, each document stands once in a page, numbers rise,
and what ended had begun.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sync.protocol.errors import NotTheClinic, Unwell
from sync.protocol.wire import Exchange, Page, Reply, Verdict

if TYPE_CHECKING:
    from sync.protocol.segment import Line

FRUITLESS = 3


class Sense:
    """Watches one conversation. Raises NotTheClinic for what no clinic says, Unwell where it would never end."""

    def __init__(self) -> None:
        self._behind: dict[str, int] = {}
        self._fruitless = 0

    def check(self, asked: Exchange, reply: Reply) -> None:
        """Look at a reply before anything of it is kept."""
        _verdicts({mutation.mid for mutation in asked.mutations}, reply.verdicts)
        scopes = [page.scope for page in reply.pages]
        known = all(scope in asked.cursors for scope in reply.ended)
        if not _once([*scopes, *reply.ended]) or not known:
            raise NotTheClinic()
        for page in reply.pages:
            self._page(page)
        moved = reply.verdicts or any(page.rows for page in reply.pages) or not reply.more
        self._fruitless = 0 if moved else self._fruitless + 1
        if self._fruitless > FRUITLESS:
            raise Unwell()

    def segment(self, scope: str, lines: Sequence[Line]) -> None:
        """Look at the rows of a segment before they are kept: as those of a page, but it did move something."""
        self._rows(scope, [(id, rev, seq) for id, _kind, rev, seq, *_ in lines])
        self._fruitless = 0

    def _page(self, page: Page) -> None:
        if page.reset or page.snapshot:
            self._behind.pop(page.scope, None)
        if not page.scope.isprintable():
            raise NotTheClinic()
        self._rows(page.scope, [(row.id, row.rev, row.seq) for row in page.rows])

    def _rows(self, scope: str, rows: Sequence[tuple[str, str, int]]) -> None:
        """Rows come in the scope's order, also over the pages of one conversation, until it begins anew."""
        last = self._behind.get(scope, -1)
        for id, rev, seq in rows:
            if seq <= last or not id.isprintable() or not rev.isprintable():
                raise NotTheClinic()
            last = seq
        if not _once([id for id, _, _ in rows]):
            raise NotTheClinic()
        self._behind[scope] = last


def _verdicts(sent: Collection[str], verdicts: Sequence[Verdict]) -> None:
    for verdict in verdicts:
        missing = (verdict.rev is None) + (verdict.seq is None)  # a `dup` that was replaced since has neither
        if verdict.mid not in sent or missing == 1 or (verdict.status == "ok" and missing):
            raise NotTheClinic()
    if not _once([verdict.mid for verdict in verdicts]):
        raise NotTheClinic()


def _once(names: Sequence[str]) -> bool:
    return len(set(names)) == len(names)
