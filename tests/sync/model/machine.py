"""What may happen, as rules: people write, the network fails, processes die, clocks jump, the clinic is restored."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync.models import Doc, MoodEntry
from tests.sync.model.carrier import TROUBLES, Trouble
from tests.sync.model.device import Device, jumping
from tests.sync.model.invariants import AFTER_EVERY_STEP, AT_REST
from tests.sync.model.nouns import EDITABLE, Intruder
from tests.sync.model.world import Act, World

MOST_EDITABLE, KEPT_AT_MOST = 4, 400
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
    "crash4",
)
device = st.sampled_from((0, 0, 1, 1, 2, 3))
number = st.integers(0, 7)
KINDS = {noun.kind for noun in EDITABLE}


class Model(RuleBasedStateMachine):
    """Few documents and few devices, so that they meet on them."""

    @initialize(
        clocks=st.tuples(*[st.integers(0, 3)] * 4), shared=st.lists(st.sampled_from(EDITABLE), max_size=2)
    )
    def begin(self, clocks: tuple[int, ...], shared: Sequence[type[Doc]] = ()) -> None:
        """A clinic and its devices; in most runs they have something in common already."""
        self.world = World(clocks)
        for place, noun in enumerate(shared):
            self.of(0).create(noun, f"shared-{place}")
        if shared:
            self.everybody()

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

    @rule(
        a=device,
        b=device,
        k=number,
        what=st.sampled_from(("edit", "delete")),
        then=st.sampled_from(("edit", "delete")),
    )
    def meet(self, a: int, b: int, k: int, what: str, then: str) -> None:
        """Two devices change the same document, before either has heard of the other."""
        for d, act in ((a, what), (b, then)):
            self.edit(d, k) if act == "edit" else self.delete(d, k)

    @rule(d=device, k=number)
    def correct(self, d: int, k: int) -> None:
        """Edit what may only be added to, which the clinic refuses, or take it away."""
        if doc := self.of(d).pick(k // 2, {"mood"}):
            self.of(d).delete(doc) if k % 2 else self.of(d).edit(doc)

    @rule(d=device, k=number)
    def delete(self, d: int, k: int) -> None:
        if doc := self.of(d).pick(k, KINDS):
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

    @rule(d=device, k=number, drop=st.booleans())
    def needs_you(self, d: int, k: int, drop: bool) -> None:
        """Let go of what was refused, or send again what was left when access had ended."""
        self.of(d).drop(k) if drop else self.of(d).send_again(k)

    @rule(d=device, mode=st.integers(0, 3))
    def clock_is_set(self, d: int, mode: int) -> None:
        self.of(d).clock = jumping(self.world.now, mode)

    @rule(d=device, search=st.booleans())
    def restart(self, d: int, search: bool) -> None:
        """The app is opened again, or somebody searches, so that the index is read up to date."""
        self.world.look_for(self.of(d)) if search else self.of(d).reopen()

    # --- the network

    @rule(
        d=device, batch=st.integers(1, 4), limit=st.sampled_from((1, 150, 400, 9999)),
        fault=st.sampled_from(FAULTS), meanwhile=st.sampled_from(("", "", "create", "edit", "undo")), k=number,
        trouble=st.sampled_from(TROUBLES), behind=st.integers(0, 2),
    )  # fmt: skip
    def exchange(
        self, d: int, batch: int, limit: int, fault: str, meanwhile: str, k: int,
        trouble: str = "", behind: int = 0,
    ) -> None:  # fmt: skip
        act = self._meanwhile(d, meanwhile, k)
        self.world.exchange(self.of(d), batch, limit, fault, act, Trouble(trouble, behind, act))

    @rule(
        d=device, batch=st.integers(1, 3), limit=st.sampled_from((1, 150)), fault=st.sampled_from(FAULTS),
        trouble=st.sampled_from(TROUBLES), behind=st.integers(0, 2),
    )  # fmt: skip
    def exchange_more(self, d: int, batch: int, limit: int, fault: str, trouble: str, behind: int) -> None:
        """A small page; of a first download no more than two segments before something happens, often a word."""
        act = self._meanwhile(d, "create", 0)
        self.world.exchange(self.of(d), batch, limit, fault, lambda: None, Trouble(trouble, behind, act))

    @rule(
        d=device, restored=st.booleans(), fault=st.sampled_from(("", "", "", "crash2", "crash3")),
        trouble=st.sampled_from(TROUBLES), behind=st.sampled_from((0, 0, 1)), k=number,
    )  # fmt: skip
    def begin_anew(self, d: int, restored: bool, fault: str, trouble: str, behind: int, k: int) -> None:
        """A device is sent back to the start, and its first download does not come through whole."""
        self.world.send_back(self.of(d), restored)
        act = self._meanwhile(d, ("create", "edit")[k % 2], k)
        self.world.exchange(self.of(d), 3, 1, fault, lambda: None, Trouble(trouble, behind, act))

    def _meanwhile(self, d: int, what: str, k: int) -> Act:
        acts = {"create": lambda: self.create(d, MoodEntry), "edit": lambda: self.edit(d, k)}
        return acts.get(what, lambda: self.undo(d, k) if what else None)

    @rule(d=device, batch=st.integers(1, 5), limit=st.sampled_from((1, 300, 9999)))
    def sync(self, d: int, batch: int, limit: int) -> None:
        self.world.sync(self.of(d), batch, limit)

    @rule()
    def everybody(self) -> None:
        """All devices hear everything."""
        for one in self.world.devices:
            self.world.sync(one, 9, 9999)

    @rule(d=device, reply=st.booleans())
    def late(self, d: int, reply: bool) -> None:
        """A reply that was thought lost comes after newer ones, or a request reaches the clinic once more."""
        self.world.deliver_late(self.of(d)) if reply else self.world.deliver_straggler(self.of(d))

    # --- the clinic

    @rule(where=st.sampled_from(("patient:p", "patient:p", "patient:q", "content")), k=st.integers(0, 2))
    def clinic_writes(self, where: str, k: int) -> None:
        self.world.desk.write(where, self.world.truth.text(where[-1] if where != "content" else "c"), f"l{k}")

    @rule(where=st.sampled_from(("patient:p", "content")), k=st.integers(0, 2))
    def clinic_deletes(self, where: str, k: int) -> None:
        self.world.desk.delete(where, f"l{k}")

    @rule(d=device, k=number)
    def delete_for_good(self, d: int, k: int) -> None:
        """A document is deleted, the clinic hears of it, and forgets in time that there ever was one."""
        self.delete(d, k)
        self.world.sync(self.of(d), 9, 9999)
        self.world.ages_pass()

    @rule(there=st.booleans())
    def room(self, there: bool) -> None:
        """The clinic has no room for snapshots, so that first downloads come by pages; or it has again."""
        self.world.desk.has_room = there

    @rule()
    def back_up(self) -> None:
        self.world.desk.back_up()

    @precondition(lambda self: self.world.desk.backups)
    @rule(k=st.integers(0, 3))
    def restore(self, k: int) -> None:
        self.world.desk.restore(k)

    @rule(d=device, k=number, twice=st.booleans())
    def forget(self, d: int, k: int, twice: bool) -> None:
        """The clinic forgets what somebody has just sent, and they go on writing upon it."""
        self.world.desk.back_up()
        for _ in range(1 + twice):
            self.edit(d, k)
            self.world.sync(self.of(d), 9, 9999)
        self.world.desk.restore(-1)
        self.edit(d, k)

    @rule(d=device, wrong=st.booleans(), k=number)
    def far_less(self, d: int, wrong: bool, k: int) -> None:
        """A device finds that the clinic has lost most of what there was, and goes on writing upon it."""
        self.world.far_less(self.of(d), wrong)
        self.world.exchange(self.of(d), 3, (1, 9999)[k % 2], "", lambda: None)

    @rule()
    def confirm(self) -> None:
        """A person at the clinic says that what was put back is right."""
        self.world.desk.vouch()

    @rule(days=st.sampled_from((1, 31, 31, 401)))
    def time_passes(self, days: int) -> None:
        """A day, more than what was sent is kept for, or more than deletions are."""
        if days > KEPT_AT_MOST:
            self.world.ages_pass()
        else:
            self.world.days_pass(days)

    @rule(d=device, ends=st.booleans())
    def access(self, d: int, ends: bool) -> None:
        """The clinic ends the access of a device, or lets it in again."""
        self.world.revoke(self.of(d)) if ends else self.world.grant(self.of(d))

    # --- what must hold

    @invariant()
    def everything_holds(self) -> None:
        for check in AFTER_EVERY_STEP:
            check(self.world)
        self.world.forget_the_wire()

    def teardown(self) -> None:
        if sys.exc_info()[0] or not hasattr(self, "world"):
            return
        for number in range(len(self.world.devices)):
            self.world.grant(self.of(number))
        self.world.quiesce()
        for check in (*AFTER_EVERY_STEP, *AT_REST):
            check(self.world)
