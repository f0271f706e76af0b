"""The whole conversation as a generator: it yields what to send and is given what came back. No sockets."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Protocol

from sync.protocol.wire import MAX_MUTATIONS, PAGE_BYTES, Exchange, Mutation, Reply


class Replica(Protocol):
    """The device's store, as far as the conversation needs it."""

    def cursors(self) -> Mapping[str, str | None]: ...

    def pending(self, limit: int) -> Sequence[Mutation]: ...

    def settle(self, sent: Sequence[Mutation], reply: Reply) -> None: ...


def sync_flow(
    replica: Replica, batch: int = MAX_MUTATIONS, limit: int = PAGE_BYTES
) -> Generator[Exchange, Reply, None]:
    """Exchange until nothing is left on either side. Nothing to do costs one exchange."""
    while True:
        sent = replica.pending(batch)
        reply = yield Exchange(cursors=dict(replica.cursors()), mutations=list(sent), limit=limit)
        replica.settle(sent, reply)
        if not reply.more and not replica.pending(1):
            return
