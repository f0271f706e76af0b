"""Gathers what a page refers to: from the page, from the database, and what is in neither from the server, by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from sync.fhir.reading import Fault, Found
from sync.server.database import Database
from sync.server.pull import company
from sync.server.pull.company import Key
from sync.server.pull.intake import Intake
from sync.server.pull.offer import PATIENT
from sync.server.pull.pages import Trail, fetch
from sync.server.pull.peer import Peer
from sync.server.pull.report import Report
from sync.server.pull.stops import Stop

TOGETHER, DEPTH = 30, 3
"""How many are asked for by id at once; how far references are followed."""


class Gather:
    """For one run: nothing is asked for twice. `again`: what is here already is asked for as well."""

    def __init__(
        self, database: Database, peer: Peer, intake: Intake, report: Report, again: bool = False
    ) -> None:
        self.database, self.peer, self.intake, self.report = database, peer, intake, report
        self.base, self.again = peer.bounds.base, again
        self._asked: set[Key] = set()

    def around(self, found: Sequence[Found]) -> dict[Key, Found]:
        """What these refer to and what that refers to in turn. Patients who are new to us come in on the way."""
        if not self.intake.whose:
            self._fetched({(PATIENT, id) for id in self.intake.strangers(found)})
        around = company.shared(found)
        waiting = list(found)
        for _ in range(DEPTH):
            wanted = company.named(waiting, self.base) - around.keys()
            if not wanted:
                break
            here = company.held(self.database, self.intake.home(), wanted, self.base)
            here |= company.shared(self._fetched(wanted if self.again else wanted - here.keys()))
            around |= here
            waiting = list(here.values())
        return around

    def _fetched(self, keys: set[Key]) -> list[Found]:
        """Ask for what was not asked for in this run, and take it in."""
        new = sorted(keys - self._asked)
        self._asked |= keys
        found: list[Found] = []
        for type in dict.fromkeys(key[0] for key in new):
            for ids in _some(id for kind, id in new if kind == type):
                found += self._by_id(type, ids)
        return found

    def _by_id(self, type: str, ids: Sequence[str]) -> list[Found]:
        """What the server refuses here is said, and holds up nothing: what refers to it is in."""
        url: str | None = f"{self.base}/{type}?_id={quote(','.join(ids), safe=',')}&_count={len(ids)}"
        trail, found = Trail(self.peer.bounds), []
        try:
            while url:
                page = fetch(self.peer, url)
                admitted, refused = self.intake.admit(page.found)
                self.report.line(type).add(
                    len(admitted), self.intake.take(admitted, company.shared(admitted))
                )
                self.report.refuse(type, page.url, [*page.faults, *refused])
                found += admitted
                url = trail.onward(page)
        except Stop as stop:
            if stop.again:
                raise
            self.report.faults(type, url or self.base, [Fault("", str(stop))])
        return found


def _some(ids: Iterable[str]) -> Iterator[list[str]]:
    all = list(ids)
    return (all[start : start + TOGETHER] for start in range(0, len(all), TOGETHER))
