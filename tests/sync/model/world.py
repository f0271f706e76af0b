"""Three devices of one patient, one of another, and the clinic; and a network that may do anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from app.store import search
from sync.protocol.errors import Unwell
from sync.protocol.wire import Exchange, Reply
from sync.server.gate import CONTENT
from tests.sync.model.desk import Book, Desk
from tests.sync.model.device import Device, jumping, spoken
from tests.sync.model.truth import Truth

START = datetime(2026, 6, 2, tzinfo=UTC)
PATIENTS = ("p", "p", "p", "q")
ROUNDS, EXCHANGES = 12, 200
Act = Callable[[], None]


class World:
    """The whole of one run. `wire` is what travelled in this step: device, request, reply."""

    def __init__(self, clocks: tuple[int, ...] = (0, 0, 0, 0)) -> None:
        self.moment = START
        self.truth = Truth()
        self.desk = Desk(self.now)
        self.wire: list[tuple[Device, str, str]] = []
        self.grants = [self._all(patient) for patient in PATIENTS]
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
        return self.desk.heard(heard)

    def exchange(self, device: Device, batch: int, limit: int, fault: str, meanwhile: Act) -> None:
        """One exchange of a device, with what goes wrong on its way. A crash names the commit it comes before."""
        if fault.startswith("crash"):
            device.dying(int(fault[-1]), lambda: self._once(device, batch, limit, "", meanwhile))
        else:
            self._once(device, batch, limit, fault, meanwhile)

    def _once(self, device: Device, batch: int, limit: int, fault: str, meanwhile: Act) -> None:
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
            device.settle(sent, again, life, lambda: device.store.settle(sent, again))
        device.settle(sent, reply, life, lambda: over(flow.send, reply))

    def deliver_late(self, device: Device) -> None:
        """A reply that was thought lost comes after newer ones."""
        if device.late:
            sent, reply, life = device.late.pop(0)
            device.settle(sent, reply, life, lambda: device.store.settle(sent, reply))

    def deliver_straggler(self, device: Device) -> None:
        """A request of long ago reaches the clinic again; nobody hears the reply."""
        if device.stragglers:
            self.ask(device, device.stragglers.pop(0))

    def sync(self, device: Device, batch: int, limit: int) -> None:
        """A whole conversation. Raises AssertionError when it does not end."""
        flow, exchange = device.begin(batch, limit)
        for _ in range(EXCHANGES):
            sent, reply, life = exchange.mutations, self.ask(device, exchange), self.desk.lives
            said: list[Exchange] = []
            device.settle(sent, reply, life, lambda r=reply, s=said: s.extend(over(flow.send, r)))
            if not said:
                return
            exchange = said[0]
        raise AssertionError("I3: the conversation does not end")

    # --- the rest of the world

    def revoke(self, device: Device) -> None:
        """The clinic ends this device's access to its patient."""
        self.grants[device.number].pop(device.scope, None)

    def grant(self, device: Device) -> None:
        """The clinic lets it in again."""
        self.grants[device.number] = self._all(device.patient)

    def look_for(self, device: Device) -> None:
        """Somebody searches, so that the index is read up to date."""
        search.find(device.store.db, device.scope, "secret")

    def quiesce(self) -> None:
        """The network is fine and nobody writes: everything comes to rest."""
        for _ in range(ROUNDS):
            for device in self.devices:
                self.sync(device, 4, 200)
            if all(self.at_rest(device) for device in self.devices):
                return
        raise AssertionError("I3: the devices do not come to rest")

    def at_rest(self, device: Device) -> bool:
        """True when the device has nothing to say and has heard everything."""
        if any(one[7] is None for one in device.queue):
            return False
        for scope in self.grants[device.number]:
            known = dict((name, cursor) for name, cursor, _ in device.scopes)
            place, (epoch, head, _floor) = self.desk.place(known.get(scope)), self.book().scopes[scope]
            if place is None or (place.epoch, place.seq) != (epoch, head):
                return False
        return True

    def fresh(self, patient: str) -> Device:
        """A new device of this patient, which has heard everything."""
        self.grants.append(self._all(patient))
        device = self._device(len(self.grants) - 1, patient)
        self.sync(device, 500, 1 << 20)
        return device


def over(send: Callable[[Reply], Exchange], reply: Reply) -> list[Exchange]:
    """What the flow says next: one exchange, or nothing when the conversation is over."""
    try:
        return [send(reply)]
    except StopIteration:
        return []
    except Unwell:
        raise AssertionError("I3: the conversation goes in a circle") from None


def alike(reply: Reply) -> list[dict[str, object]]:
    """The verdicts of a reply; that it is said again, and what has been replaced since, makes no difference."""
    said = [verdict.model_dump(exclude={"rev", "seq"}) for verdict in reply.verdicts]
    return [{**one, "status": "ok" if one["status"] == "dup" else one["status"]} for one in said]
