"""The whole conversation as a generator: it yields what to send and is given what came back. No sockets."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Protocol

from sync.protocol.errors import Unwell
from sync.protocol.sense import Sense
from sync.protocol.wire import MAX_MUTATIONS, PAGE_BYTES, Exchange, Mutation, Reply


class Replica(Protocol):
    """The device's store, as far as the conversation needs it."""

    def cursors(self) -> Mapping[str, str | None]: ...

    def pending(self, limit: int) -> Sequence[Mutation]: ...

    def leave(self, sent: Sequence[Mutation]) -> None: ...

    def settle(self, sent: Sequence[Mutation], reply: Reply) -> None: ...


def sync_flow(
    replica: Replica, batch: int = MAX_MUTATIONS, limit: int = PAGE_BYTES
) -> Generator[Exchange, Reply, None]:
    """Exchange until nothing is left on either side. Nothing to do costs one exchange.

    Raises Unwell when an exchange moved nothing and more is left: asking again would never end. Raises NotTheClinic
    for a reply that makes no sense; nothing of it is kept.
    """
    sense = Sense()
    while True:
        sent = replica.pending(batch)
        if sent:
            replica.leave(sent)
        before = dict(replica.cursors())
        asked = Exchange(cursors=before, mutations=list(sent), limit=limit)
        reply = yield asked
        sense.check(asked, reply)
        replica.settle(sent, reply)
        left = replica.pending(1)
        if not reply.more and not left:
            return
        if dict(replica.cursors()) == before and list(left) == list(sent[:1]):
            raise Unwell()
