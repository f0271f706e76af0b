"""The whole conversation as a generator: it yields what to send and is given what came back. No sockets."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sync.protocol.errors import Unwell
from sync.protocol.sense import Sense
from sync.protocol.wire import MAX_MUTATIONS, PAGE_BYTES, Exchange, Mutation, Reply, Segment

if TYPE_CHECKING:
    from sync.protocol.segment import Line

AHEAD = 2


@dataclass(frozen=True)
class Part:
    """A segment that is still to come: of which scope, how many rows came before it, and how many there are in all."""

    scope: str
    segment: Segment
    done: int
    total: int


@dataclass(frozen=True)
class Fetch:
    """Ask for the first of these segments; the others are next, for whoever likes to ask ahead."""

    parts: tuple[Part, ...]

    @property
    def hash(self) -> str:
        """The name of the segment asked for."""
        return self.parts[0].segment.hash


Step = Exchange | Fetch
Answer = Reply | bytes | None
"""A Reply to an Exchange; to a Fetch the segment's bytes, or None where the clinic has it no more."""


class Replica(Protocol):
    """The device's store, as far as the conversation needs it."""

    def cursors(self) -> Mapping[str, str | None]: ...

    def pending(self, limit: int) -> Sequence[Mutation]: ...

    def leave(self, sent: Sequence[Mutation]) -> None: ...

    def settle(self, sent: Sequence[Mutation], reply: Reply) -> None: ...

    def missing(self, limit: int) -> Sequence[Part]: ...

    def fill(self, part: Part, lines: Sequence[Line]) -> None: ...

    def doubted(self) -> Collection[str]: ...


def sync_flow(
    replica: Replica, batch: int = MAX_MUTATIONS, limit: int = PAGE_BYTES, wait: int = 0
) -> Generator[Step, Answer, None]:
    """Exchange, and fetch segments, until nothing is left on either side. Nothing to do costs one exchange.

    The clinic may hold the first one for `wait` seconds, if it says nothing.

    Raises Unwell when an exchange moved nothing and more is left: asking again would never end. Raises NotTheClinic
    for a reply or a segment that makes no sense; nothing of it is kept.
    """
    sense = Sense()
    while True:
        sent = replica.pending(batch)
        if sent:
            replica.leave(sent)
        asked, before = sorted(replica.doubted()), standing(replica)
        held = 0 if sent or asked or replica.missing(1) else wait
        cursors = dict(replica.cursors())
        said = Exchange(cursors=cursors, mutations=list(sent), limit=limit, confirm=asked, wait=held)
        reply, wait = (yield said), 0
        assert isinstance(reply, Reply)
        sense.check(said, reply)
        replica.settle(sent, reply)
        yield from fetching(replica, sense)
        left = replica.pending(1)
        if not (reply.more or left or replica.missing(1) or set(replica.doubted()) - set(asked)):
            return
        if standing(replica) == before and list(left) == list(sent[:1]):
            raise Unwell()


def fetching(replica: Replica, sense: Sense) -> Generator[Step, Answer, None]:
    """Fetch what is missing, each piece proved by its name before a byte of it counts.

    A piece that does not come or does not prove genuine ends it, and so does something new to say: the next exchange
    tells what is missing now.
    """
    from sync.protocol.segment import unpack

    if not replica.missing(1):
        return
    waiting = replica.pending(MAX_MUTATIONS)
    while parts := replica.missing(AHEAD):
        data = yield Fetch(tuple(parts))
        assert not isinstance(data, Reply)
        lines = unpack(data, parts[0].segment.hash) if data is not None else None
        if lines is None:
            return
        sense.segment(parts[0].scope, lines)
        replica.fill(parts[0], lines)
        if list(replica.pending(MAX_MUTATIONS)) != list(waiting):
            return


def standing(replica: Replica) -> tuple[object, ...]:
    """How far the replica is: the same again means that nothing moved."""
    return dict(replica.cursors()), [part.segment.hash for part in replica.missing(1)], set(replica.doubted())
