"""Carries what a device's flow asks for: replies, and segments that may be lost, damaged, exchanged or cut short."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from sync.protocol.errors import NotTheClinic, Unwell
from sync.protocol.flow import Answer, Fetch, Step
from tests.sync.model.desk import Desk
from tests.sync.model.device import Device

Flow = Generator[Step, Answer, None]
TROUBLES = ("", "cut", "gone", "damaged", "another", "another", "replaced", "write", "write")
STEPS = 200


@dataclass(frozen=True)
class Trouble:
    """What happens to a first download behind so many segments, and what the person does when it is `write`."""

    what: str = ""
    behind: int = 0
    write: Callable[[], None] = lambda: None


FINE = Trouble()


class Carrier:
    """Between one clinic and all devices. `parcels` are the segments that travelled in this step, still packed."""

    def __init__(self, desk: Desk, grants: list[dict[str, str]]) -> None:
        self.desk, self.grants = desk, grants
        self.parcels: list[tuple[Device, Fetch, bytes]] = []

    def download(self, device: Device, flow: Flow, said: list[Step], trouble: Trouble = FINE) -> list[Step]:
        """Answer the flow's fetches until it says something else, or until the connection is cut."""
        for place in range(STEPS):
            if not said or not isinstance(said[0], Fetch):
                return said
            now = trouble.what if place == trouble.behind else ""
            if now == "cut":
                flow.close()
                return []
            data = self._piece(device, said[0], now, trouble.write)
            said = device.settle(lambda data=data: over(flow, data, patient=bool(trouble.what)))
        raise AssertionError("I3: a first download does not end")

    def _piece(self, device: Device, fetch: Fetch, trouble: str, write: Callable[[], None]) -> bytes | None:
        """The bytes of the segment asked for, or what came instead."""
        scope = fetch.parts[0].scope
        if trouble in ("gone", "replaced"):
            self.desk.throw_away(scope, trouble == "gone")
        data = self.desk.segment(self.grants[device.number], fetch.hash)
        if data is not None:
            self.parcels.append((device, fetch, data))
        if trouble == "write":
            write()
        if trouble == "damaged" and data:
            return data[:-1] + bytes([data[-1] ^ 1])
        return self.desk.other_segment(scope, fetch.hash) if trouble == "another" else data


def over(flow: Flow, answer: Answer, patient: bool = False) -> list[Step]:
    """What the flow says next: one step, or nothing when it is over. Where pieces are kept from it, it may give up."""
    try:
        return [flow.send(answer)]
    except StopIteration:
        return []
    except (Unwell, NotTheClinic):
        assert patient, "I3: the conversation goes in a circle, or the clinic is taken for a stranger"
        return []
