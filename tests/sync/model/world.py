"""Three devices of one patient, one of another, and the clinic; and a network that may do anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from app.store import search
from sync.protocol.wire import Exchange, Reply
from sync.server.gate import CONTENT
from tests.sync.model.carrier import FINE, Carrier, Trouble, over
from tests.sync.model.desk import FORGOTTEN, Book, Desk
from tests.sync.model.device import Device, jumping, spoken
from tests.sync.model.resets import FEW
from tests.sync.model.truth import Truth

START = datetime(2026, 6, 2, tzinfo=UTC)
PATIENTS = ("p", "p", "p", "q")
ROUNDS, EXCHANGES = 12, 200
ALL_AT_ONCE, LITTLE = 1 << 20, 200
Act = Callable[[], None]


class World:
    """The whole of one run. `wire` is what travelled in this step: device, request, reply."""

    def __init__(self, clocks: tuple[int, ...] = (0, 0, 0, 0)) -> None:
        self.moment = START
        self.truth = Truth()
        self.desk = Desk(self.now)
        self.wire: list[tuple[Device, str, str]] = []
        self.grants = [self._all(patient) for patient in PATIENTS]
        self.carrier = Carrier(self.desk, self.grants)
        self.devices = [self._device(number, patient) for number, patient in enumerate(PATIENTS)]
        for device, mode in zip(self.devices, clocks, strict=True):
            device.clock = jumping(self.now, mode)

    def _device(self, number: int, patient: str) -> Device:
        return Device(number, patient, f"patient:{patient}", self.now, self.truth)

    @staticmethod
    def _all(patient: str) -> dict[str, str]:
        return {f"patient:{patient}": "read write", CONTENT: "read"}

    def now(self) -> datetime:
        """The world's time, which is the clinic's."""
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def book(self) -> Book:
        """The clinic's database."""
        return self.desk.book()

    # --- the network

    def ask(self, device: Device, exchange: Exchange) -> Reply:
        """A request reaches the clinic, and its reply the network."""
        said = spoken(exchange)
        heard = self.desk.exchange(device.name, self.grants[device.number], said)
        self.wire.append((device, said, heard))
        right = self.desk.is_vouched_for or not self.desk.heads_in(heard)
        assert right, "I18: nobody vouches for what was put back, yet it was signed"
        return self.desk.heard(heard)

    def exchange(
        self, device: Device, batch: int, limit: int, fault: str, meanwhile: Act, trouble: Trouble = FINE
    ) -> None:
        """One exchange of a device and the segments it leads to, with what goes wrong on their way.

        A crash names the commit it comes before.
        """
        if fault.startswith("crash"):
            device.dying(int(fault[-1]), lambda: self._once(device, batch, limit, "", meanwhile, trouble))
        else:
            self._once(device, batch, limit, fault, meanwhile, trouble)

    def _once(
        self, device: Device, batch: int, limit: int, fault: str, meanwhile: Act, trouble: Trouble
    ) -> None:
        flow, exchange = device.begin(batch, limit)
        sent, life = exchange.mutations, self.desk.lives
        if fault == "request lost":
            return
        reply = self.ask(device, exchange)
        if fault == "straggler":  # the network delivers the same request once more, after others
            device.stragglers.append(exchange)
        meanwhile()
        if fault == "reply lost":
            device.late.append((sent, reply, life))
            return
        if fault == "twice":
            again = self.ask(device, exchange)
            assert alike(reply) == alike(again), "I2: the second delivery got other verdicts"
            device.settle(lambda: device.store.settle(sent, again), life)
        said = device.settle(lambda: over(flow, reply), life)
        self.carrier.download(device, flow, said, trouble)

    def deliver_late(self, device: Device) -> None:
        """A reply that was thought lost comes after newer ones."""
        if device.late:
            sent, reply, life = device.late.pop(0)
            device.settle(lambda: device.store.settle(sent, reply), life)

    def deliver_straggler(self, device: Device) -> None:
        """A request of long ago reaches the clinic again; nobody hears the reply."""
        if device.stragglers:
            self.ask(device, device.stragglers.pop(0))

    def sync(self, device: Device, batch: int, limit: int) -> None:
        """A whole conversation. Raises AssertionError when it does not end."""
        flow, exchange = device.begin(batch, limit)
        for _ in range(EXCHANGES):
            reply, life = self.ask(device, exchange), self.desk.lives
            said = device.settle(lambda reply=reply: over(flow, reply), life)
            said = self.carrier.download(device, flow, said)
            if not said:
                return
            assert isinstance(said[0], Exchange)
            exchange = said[0]
        raise AssertionError("I3: the conversation does not end")

    def forget_the_wire(self) -> None:
        """What travelled was looked at, and what was let go of."""
        self.wire.clear()
        for device in self.devices:
            device.resets.over.clear()
        self.carrier.parcels.clear()

    # --- the rest of the world

    def revoke(self, device: Device) -> None:
        """The clinic ends this device's access to its patient."""
        self.grants[device.number].pop(device.scope, None)

    def grant(self, device: Device) -> None:
        """The clinic lets it in again."""
        self.grants[device.number] = self._all(device.patient)

    def ages_pass(self) -> None:
        """More than 400 days, in which the clinic forgets. Nothing travels for so long, and what was sent is answered.

        What it took and is still being sent to it could count as new after that, so then no time passes.
        """
        for device in self.devices:
            device.late, device.stragglers = [], []
            if any(one[6] for one in device.queue):
                self.sync(device, 9, ALL_AT_ONCE)
        if not self._is_sending_again():
            self.moment += FORGOTTEN + timedelta(days=1)
            self.desk.months += 13
            self.desk.compact()

    def days_pass(self, days: int) -> None:
        """Some days; the clinic looks each day for what it may forget."""
        self.moment += timedelta(days=days)
        self.desk.months += days >= 30
        if not self._is_sending_again():
            self.desk.compact()

    def _is_sending_again(self) -> bool:
        taken = {mid for _scope, mid in self.book().applied}
        return any(one[0] in taken for device in self.devices for one in device.queue)

    def far_less(self, device: Device, wrong: bool) -> None:
        """Of a lot that everybody has the clinic has nothing any more: by a mistake, or rightly, and long ago."""
        self.desk.back_up()
        for place in range(FEW + 2):
            self.desk.write(device.scope, self.truth.text(device.patient), f"many-{place}")
        self.sync(device, 9, ALL_AT_ONCE)
        if wrong:
            self.desk.restore(-1)
            return
        for place in range(FEW + 2):
            self.desk.delete(device.scope, f"many-{place}")
        self.ages_pass()

    def send_back(self, device: Device, restored: bool) -> None:
        """What the device knows of its scope is of no use: a backup was put back, or it was away for too long."""
        self.desk.write(device.scope, self.truth.text(device.patient), "passing")
        if restored:
            self.desk.back_up()
            self.desk.restore(-1)
            return
        self.desk.delete(device.scope, "passing")
        self.ages_pass()

    def look_for(self, device: Device) -> None:
        """Somebody searches, so that the index is read up to date."""
        search.find(device.store.db, device.scope, "secret")

    def quiesce(self) -> None:
        """The network is fine, nobody writes, and the clinic is as it should be: everything comes to rest."""
        self.desk.vouch()
        for _ in range(ROUNDS):
            for device in self.devices:
                self.sync(device, 4, LITTLE)
            if all(self.at_rest(device) for device in self.devices):
                return
        raise AssertionError("I3: the devices do not come to rest")

    def at_rest(self, device: Device) -> bool:
        """True when the device has nothing to say and has heard everything."""
        if device.resets.doubts or any(one[7] is None for one in device.queue):
            return False
        for scope in self.grants[device.number]:
            known = dict((name, cursor) for name, cursor, _ in device.scopes)
            place, (epoch, head, _floor) = self.desk.place(known.get(scope)), self.book().scopes[scope]
            if place is None or (place.epoch, place.seq) != (epoch, head):
                return False
        return True

    def fresh(self, patient: str) -> Device:
        """A new device of this patient, which has heard everything; now in one page, now in pieces."""
        self.grants.append(self._all(patient))
        device = self._device(len(self.grants) - 1, patient)
        self.sync(device, 500, LITTLE if len(self.truth.written) % 2 else ALL_AT_ONCE)
        return device


def alike(reply: Reply) -> list[dict[str, object]]:
    """The verdicts of a reply; that it is said again, and what has been replaced since, makes no difference."""
    said = [verdict.model_dump(exclude={"rev", "seq"}) for verdict in reply.verdicts]
    return [{**one, "status": "ok" if one["status"] == "dup" else one["status"]} for one in said]
