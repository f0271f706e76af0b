"""The conversation without sockets or stores: what is asked, in which order, and what never counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from sync.protocol.errors import NotTheClinic, Unwell
from sync.protocol.flow import Answer, Fetch, Part, Step, sync_flow
from sync.protocol.segment import Line, name_of, pack
from sync.protocol.wire import Exchange, Mutation, Page, Reply, Segment

SCOPE = "patient:rosa"
PIECES = [pack([(f"d{n}", "mood", f"e.{n}", n, False, 1, "{}")], 3) for n in range(3)]
PARTS = [Part(SCOPE, Segment(hash=name_of(one), rows=1, size=len(one)), n, 3) for n, one in enumerate(PIECES)]
MORE = Reply(pages=[Page(scope=SCOPE, cursor="c", more=True)])
DONE = Reply(pages=[Page(scope=SCOPE, cursor="c")])


@dataclass
class Fake:
    """A replica that keeps what it is given."""

    cursor: str | None = None
    plan: list[Part] = field(default_factory=list)
    needs: list[Part] = field(default_factory=list)
    waits: list[Mutation] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    doubts: set[str] = field(default_factory=set)

    def cursors(self) -> Mapping[str, str | None]:
        return {SCOPE: self.cursor}

    def pending(self, limit: int) -> Sequence[Mutation]:
        return self.waits[:limit]

    def leave(self, sent: Sequence[Mutation]) -> None:
        pass

    def settle(self, sent: Sequence[Mutation], reply: Reply) -> None:
        self.waits = [one for one in self.waits if one not in sent]
        if self.plan:
            self.needs, self.plan = self.plan, []
        elif not self.needs:
            self.cursor = reply.pages[0].cursor

    def missing(self, limit: int) -> Sequence[Part]:
        return self.needs[:limit]

    def fill(self, part: Part, lines: Sequence[Line]) -> None:
        assert self.needs.pop(0) == part
        self.lines += lines
        self.cursor = self.cursor if self.needs else "behind it"

    def doubted(self) -> set[str]:
        return self.doubts


def talk(replica: Fake, *answers: Answer) -> list[Step]:
    """What the replica says to these answers, one after the other, until it is content."""
    flow = sync_flow(replica)
    said = [next(flow)]
    for answer in answers:
        try:
            said.append(flow.send(answer))
        except StopIteration:
            return said
    return said


def kinds(said: list[Step]) -> str:
    return "".join("F" if isinstance(step, Fetch) else "E" for step in said)


def test_pieces_are_fetched_in_order_with_the_next_one_named_ahead() -> None:
    replica = Fake(plan=list(PARTS))
    said = talk(replica, MORE, *PIECES, DONE)
    assert kinds(said) == "EFFFE" and [line[0] for line in replica.lines] == ["d0", "d1", "d2"]
    assert [step.parts for step in said if isinstance(step, Fetch)] == [
        tuple(PARTS[:2]), tuple(PARTS[1:]), tuple(PARTS[2:])
    ]  # fmt: skip


SPOILED = {
    "gone": None,
    "empty": b"",
    "another": PIECES[1],
    "cut": PIECES[0][:-1],
    "longer": PIECES[0] + b"?",
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
def test_a_missing_or_wrong_piece_leads_to_asking_anew_and_is_never_taken_in(spoiled: bytes | None) -> None:
    replica = Fake(plan=list(PARTS))
    said = talk(replica, MORE, spoiled, MORE, *PIECES, DONE)
    assert kinds(said) == "EFEFFFE" and len(replica.lines) == 3


def test_a_piece_that_never_comes_does_not_go_on_for_ever() -> None:
    with pytest.raises(Unwell):
        talk(Fake(plan=list(PARTS), cursor="c"), *[MORE, None] * 9)


TWICE = ("d1", "mood", "e.2", 2, False, 1, "{}")
WRONG = {
    "a document twice": [("d1", "mood", "e.1", 1, False, 1, "{}"), TWICE],
    "numbers fall": [("d3", "mood", "e.3", 3, False, 1, "{}"), TWICE],
    "not printable": [("d\x00", "mood", "e.1", 1, False, 1, "{}")],
}


@pytest.mark.parametrize("lines", WRONG.values(), ids=WRONG)
def test_a_piece_that_makes_no_sense_is_not_the_clinics_whatever_its_name(lines: list[Line]) -> None:
    data = pack(lines, 3)
    part = Part(SCOPE, Segment(hash=name_of(data), rows=len(lines), size=len(data)), 0, len(lines))
    replica = Fake(plan=[part])
    with pytest.raises(NotTheClinic):
        talk(replica, MORE, data)
    assert not replica.lines


def test_snapshots_without_end_and_without_a_piece_are_given_up() -> None:
    class Fickle(Fake):
        def settle(self, sent: Sequence[Mutation], reply: Reply) -> None:
            self.plan = self.plan[1:] + self.plan[:1]
            self.needs = self.plan[:1]

    with pytest.raises(Unwell):
        talk(Fickle(plan=list(PARTS)), *[MORE, None] * 20)


def test_something_new_to_say_goes_between_two_pieces() -> None:
    replica = Fake(plan=list(PARTS))
    flow = sync_flow(replica)
    next(flow)
    flow.send(MORE)
    replica.waits = [Mutation(mid="m", scope=SCOPE, kind="mood", id="d")]
    said = flow.send(PIECES[0])
    assert isinstance(said, Exchange) and [one.mid for one in said.mutations] == ["m"]
    assert isinstance(flow.send(MORE), Fetch)


def test_a_doubt_is_asked_about_once_in_a_conversation() -> None:
    replica = Fake()
    flow = sync_flow(replica)
    first = next(flow)
    replica.doubts = {SCOPE}
    second = flow.send(DONE)
    assert isinstance(first, Exchange) and isinstance(second, Exchange)
    assert (first.confirm, second.confirm) == ([], [SCOPE])
    with pytest.raises(StopIteration):
        flow.send(DONE)
    assert kinds(talk(Fake(doubts={SCOPE}, cursor="c"), DONE)) == "E"
