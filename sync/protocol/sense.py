"""Does an answer fit what was asked? A clinic that is broken, or none at all, must not get into the record.

What a device can judge by itself: verdicts are about what was sent, each document stands once in a page, numbers rise,
and what ended had begun.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sync.protocol.errors import NotTheClinic, Unwell
from sync.protocol.wire import Exchange, Page, Reply, Verdict

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

    def _page(self, page: Page) -> None:
        """Rows come in the scope's order, also over the pages of one conversation, until it begins anew."""
        last = -1 if page.reset else self._behind.get(page.scope, -1)
        for row in page.rows:
            if row.seq <= last or not row.id.isprintable() or not row.rev.isprintable():
                raise NotTheClinic()
            last = row.seq
        if not _once([row.id for row in page.rows]) or not page.scope.isprintable():
            raise NotTheClinic()
        self._behind[page.scope] = last


def _verdicts(sent: Collection[str], verdicts: Sequence[Verdict]) -> None:
    for verdict in verdicts:
        missing = (verdict.rev is None) + (verdict.seq is None)  # a `dup` that was replaced since has neither
        if verdict.mid not in sent or missing == 1 or (verdict.status == "ok" and missing):
            raise NotTheClinic()
    if not _once([verdict.mid for verdict in verdicts]):
        raise NotTheClinic()


def _once(names: Sequence[str]) -> bool:
    return len(set(names)) == len(names)
