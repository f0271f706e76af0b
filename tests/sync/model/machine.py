"""What may happen, as rules: people write, the network fails, processes die, clocks jump, the clinic is restored."""

from __future__ import annotations

import sys

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync.models import Doc, MoodEntry
from tests.sync.model.device import Device, jumping
from tests.sync.model.invariants import AFTER_EVERY_STEP, AT_REST
from tests.sync.model.nouns import EDITABLE, Intruder
from tests.sync.model.world import Act, World

MOST_EDITABLE = 4
FAULTS = (
    "",
    "",
    "",
    "request lost",
    "reply lost",
    "reply lost",
    "twice",
    "straggler",
    "crash1",
    "crash2",
    "crash3",
)
device = st.sampled_from((0, 0, 1, 1, 2, 3))
number = st.integers(0, 7)
KINDS = {noun.kind for noun in EDITABLE}


class Model(RuleBasedStateMachine):
    """Few documents and few devices, so that they meet on them."""

    @initialize(clocks=st.tuples(*[st.integers(0, 0)] * 4))
    def begin(self, clocks: tuple[int, ...]) -> None:
        self.world = World(clocks)

    def of(self, number: int) -> Device:
        return self.world.devices[number]

    # --- people

    @rule(d=device, noun=st.sampled_from((*EDITABLE, MoodEntry, Intruder)))
    def create(self, d: int, noun: type[Doc]) -> None:
        """Something new; where there is enough to edit, an entry that is only added."""
        crowded = sum(w.op == "put" and w.kind in KINDS for w in self.world.truth.written.values())
        kept = {w.id for w in self.world.truth.written.values() if w.kind in KINDS}
        noun = MoodEntry if noun in EDITABLE and len(kept) >= MOST_EDITABLE and crowded else noun
        self.of(d).create(noun, f"doc-{len(self.world.truth.written)}")

    @rule(d=device, k=number)
    def edit(self, d: int, k: int) -> None:
        if doc := self.of(d).pick(k, KINDS):
            self.of(d).edit(doc)

    @rule(d=device, k=number)
    def edit_more(self, d: int, k: int) -> None:
        self.edit(d, k)

    @rule(d=device, k=number)
    def correct(self, d: int, k: int) -> None:
        """Edit what may only be added to: the clinic refuses that."""
        if doc := self.of(d).pick(k, {"mood"}):
            self.of(d).edit(doc)

    @rule(d=device, k=number)
    def delete(self, d: int, k: int) -> None:
        if doc := self.of(d).pick(k, KINDS | {"mood"}):
            self.of(d).delete(doc)

    @rule(d=device, k=number)
    def open_form(self, d: int, k: int) -> None:
        if doc := self.of(d).pick(k, KINDS):
            self.of(d).open_form(doc)

    @rule(d=device)
    def save_form(self, d: int) -> None:
        self.of(d).save_form()

    @rule(d=device, k=number)
    def undo(self, d: int, k: int) -> None:
        self.of(d).undo(k)

    @rule(d=device, k=number)
    def drop(self, d: int, k: int) -> None:
        self.of(d).drop(k)

    @rule(d=device)
    def search(self, d: int) -> None:
        self.world.look_for(self.of(d))

    @rule(d=device, mode=st.integers(0, 0))
    def clock_is_set(self, d: int, mode: int) -> None:
        self.of(d).clock = jumping(self.world.now, mode)

    @rule(d=device)
    def restart(self, d: int) -> None:
        self.of(d).reopen()

    # --- the network

    @rule(
        d=device, batch=st.integers(1, 4), limit=st.sampled_from((1, 150, 400, 9999)),
        fault=st.sampled_from(FAULTS), meanwhile=st.sampled_from(("", "", "create", "edit", "undo")), k=number,
    )  # fmt: skip
    def exchange(self, d: int, batch: int, limit: int, fault: str, meanwhile: str, k: int) -> None:
        self.world.exchange(self.of(d), batch, limit, fault, self._meanwhile(d, meanwhile, k))

    @rule(d=device, batch=st.integers(1, 3), limit=st.sampled_from((1, 150)), fault=st.sampled_from(FAULTS))
    def exchange_more(self, d: int, batch: int, limit: int, fault: str) -> None:
        self.world.exchange(self.of(d), batch, limit, fault, lambda: None)

    def _meanwhile(self, d: int, what: str, k: int) -> Act:
        acts = {"create": lambda: self.create(d, MoodEntry), "edit": lambda: self.edit(d, k)}
        return acts.get(what, lambda: self.undo(d, k) if what else None)

    @rule(d=device, batch=st.integers(1, 5), limit=st.sampled_from((1, 300, 9999)))
    def sync(self, d: int, batch: int, limit: int) -> None:
        self.world.sync(self.of(d), batch, limit)

    @rule(d=device)
    def late_reply(self, d: int) -> None:
        self.world.deliver_late(self.of(d))

    @rule(d=device)
    def straggler(self, d: int) -> None:
        self.world.deliver_straggler(self.of(d))

    # --- the clinic

    @rule(where=st.sampled_from(("patient:p", "patient:p", "patient:q", "content")), k=st.integers(0, 2))
    def clinic_writes(self, where: str, k: int) -> None:
        self.world.desk.write(where, self.world.truth.text(where[-1] if where != "content" else "c"), f"l{k}")

    @rule(where=st.sampled_from(("patient:p", "content")), k=st.integers(0, 2))
    def clinic_deletes(self, where: str, k: int) -> None:
        self.world.desk.delete(where, f"l{k}")

    @rule(where=st.sampled_from(("patient:p", "patient:q")))
    def compact(self, where: str) -> None:
        self.world.desk.compact(where)

    @rule()
    def back_up(self) -> None:
        self.world.desk.back_up()

    @precondition(lambda self: self.world.desk.backups)
    @rule(k=st.integers(0, 3))
    def restore(self, k: int) -> None:
        self.world.desk.restore(k)

    @rule(d=device)
    def revoke(self, d: int) -> None:
        self.world.revoke(self.of(d))

    @rule(d=device)
    def grant(self, d: int) -> None:
        self.world.grant(self.of(d))

    # --- what must hold

    @invariant()
    def everything_holds(self) -> None:
        for check in AFTER_EVERY_STEP:
            check(self.world)
        self.world.wire.clear()

    def teardown(self) -> None:
        if sys.exc_info()[0] or not hasattr(self, "world"):
            return
        for number in range(len(self.world.devices)):
            self.world.grant(self.of(number))
        self.world.quiesce()
        for check in (*AFTER_EVERY_STEP, *AT_REST):
            check(self.world)
