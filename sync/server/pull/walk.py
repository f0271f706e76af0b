"""One run: asks a server what it offers, walks along each search's pages, and remembers how far it came."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from sync.fhir.reading import Fault, Found
from sync.server.database import Database
from sync.server.errors import NoAnswer, NotThere, PullError
from sync.server.pull import company
from sync.server.pull.company import Key
from sync.server.pull.gather import Gather
from sync.server.pull.intake import Intake
from sync.server.pull.marks import OVERLAP_MS, Mark, Marks
from sync.server.pull.offer import PATIENT, SHARED, Offer, ask
from sync.server.pull.pages import Page, Trail, fetch
from sync.server.pull.peer import Peer
from sync.server.pull.report import Report, Search
from sync.server.pull.stops import NoPage, Refused, Stop

EVERYTHING = "$everything"
MOST = 10_000
"""So many at once are asked for at most."""


@dataclass(frozen=True)
class Wish:
    """What to pull: these types or all, of one patient or all, in pages of this many, anew or what is new since.

    So many resources are taken in `together`: each patient's part of them is a transaction of its own.
    """

    types: Sequence[str] = ()
    patient: str = ""
    count: int = 100
    again: bool = False
    together: int = 5000


class Walk:
    """A run over one server. `say` hears how far it is, in words for people."""

    def __init__(
        self,
        database: Database,
        peer: Peer,
        wish: Wish,
        now_ms: int,
        say: Callable[[str], None] = lambda _: None,
        blobs: bytes | None = None,
    ) -> None:
        self.database, self.peer, self.wish, self.now_ms, self.say = database, peer, wish, now_ms, say
        self.base = peer.bounds.base
        self.report = Report(self.base, wish.patient or None)
        self.intake = Intake(database, now_ms, self.base, wish.patient, blobs)
        self.gather = Gather(database, peer, self.intake, self.report, wish.again)
        self.marks = Marks(database, self.base, wish.patient)
        self._here, self._came, self._whole = self.base, set[Key](), True

    def run(self) -> Report:
        """Pull. What stops a search is in the report; what lets nothing come at all raises a PullError."""
        started = time.perf_counter()
        try:
            self._run()
        except KeyboardInterrupt:
            self.report.interrupted = True
        except PullError as error:
            if not self.report.came() or isinstance(error, NotThere):
                raise
            self.report.faults("", self._here, [Fault("", str(error))])
        self.report.seconds = round(time.perf_counter() - started, 3)
        return self.report

    def _run(self) -> None:
        try:
            offer = ask(self.peer, lenient=bool(self.wish.types))
        except Stop as stop:
            raise NoAnswer(self.base, stop) from None
        steps = self._steps(offer)
        self.report.searches = {name: Search() for name, _ in steps}
        for name, _ in steps:
            if name != EVERYTHING:
                self.report.line(name)
        self.report.left_out = offer.left_out(self.wish.types) if not self.wish.patient else []
        for name, path in steps:
            if not self._search(name, path) or not self._knows_whose(name):
                return

    def _steps(self, offer: Offer) -> list[tuple[str, str]]:
        """Each type with the search that brings it, or a patient's whole record in one."""
        wanted, id = offer.wanted(self.base, self.wish.types), self.wish.patient
        if not id:
            return [(type, type) for type in wanted]
        if offer.everything and not self.wish.types:
            return [(PATIENT, offer.of_patient(PATIENT, id)), (EVERYTHING, f"{PATIENT}/{id}/{EVERYTHING}")]
        return [(one, offer.of_patient(one, id)) for one in wanted if one not in (*SHARED, "Questionnaire")]

    def _knows_whose(self, name: str) -> bool:
        """Whose the rest is must be known first: without the patients nothing else is pulled. Raises NotThere."""
        if name != PATIENT:
            return True
        done, whose = self.report.searches[PATIENT].done, self.wish.patient
        if done and whose and whose not in self.intake.met:
            if not self.report.line(PATIENT).refused:
                raise NotThere(self.base, whose)
            return False
        return done

    def _search(self, name: str, path: str) -> bool:
        """Walk along one search. False when no other can fare better."""
        anew = self.wish.again or (name == PATIENT and self.wish.patient)
        mark = Mark() if anew else self.marks.get(name)
        at, self._whole = mark, True
        try:
            for at in self._pages(name, path, mark):
                self.marks.set(name, at)
            self._copies()
        except Stop as stop:
            self.report.faults(name, self._here, [Fault("", str(stop))])
            if not stop.again:
                self.marks.set(name, Mark(mark.until_ms))
            return not stop.final
        at = at.reached(self._whole)
        self.marks.set(name, at)
        self.report.searches[name].end(at.until_ms)
        return True

    def _pages(self, name: str, path: str, mark: Mark) -> Iterator[Mark]:
        """Take in heap after heap of pages. Yields after each the mark from which to go on."""
        trail, heap = Trail(self.peer.bounds), list[Page]()
        page, mark = self._first(path, mark)
        missing = 0 if mark.next else page.total
        onward: str | None = mark.next or ""
        while onward is not None:
            heap.append(page)
            self.report.searches[name].pages += 1
            missing -= page.size()
            try:
                onward = trail.onward(page)
                self.say(f"{name}: {self.report.searches[name].pages} pages")
                page = self._fetch(onward) if onward else page
            except (Stop, KeyboardInterrupt):
                yield self._taken(name, heap, mark, onward)
                raise
            if onward is None or sum(one.size() for one in heap) >= self.wish.together:
                yield self._taken(name, heap, mark, onward)
                heap = []
        if missing > 0:
            self._whole = False
            self.report.faults(
                name, page.url, [Fault("", f"the server counts {missing} more than it showed")]
            )

    def _first(self, path: str, mark: Mark) -> tuple[Page, Mark]:
        """The first page: where the last walk was cut, else what is new, else (a server may refuse both) everything."""
        if mark.next:
            with contextlib.suppress(Refused, NoPage):
                return self._fetch(mark.next), mark
        fresh = Mark(mark.until_ms)
        for since in dict.fromkeys((mark.since(), None)):
            try:
                page = self._opened(path, since)
            except (Refused, NoPage):
                if since is None:
                    raise
            else:
                break
        return page, replace(fresh, asof_ms=self._time(page))

    def _opened(self, path: str, since: str | None) -> Page:
        """A search's first page. A full one that leads nowhere is asked for anew, larger: some servers do not page."""
        count = self.wish.count
        page = self._fetch(self._address(path, since, count))
        while not page.next and page.size() >= count and count < MOST:
            count *= 10
            page = self._fetch(self._address(path, since, count))
        return page

    def _time(self, page: Page) -> int | None:
        """When a walk began, by the server's time; by ours where the server is ahead, or its next hours were missed."""
        said = page.at_ms
        return None if said is None or said < OVERLAP_MS else min(said, self.now_ms)

    def _fetch(self, url: str) -> Page:
        self._here = url
        return fetch(self.peer, url)

    def _address(self, path: str, since: str | None, count: int) -> str:
        asked = {"_count": str(count)}
        if since:
            asked |= {"_since": since} if path.endswith(EVERYTHING) else {"_lastUpdated": f"ge{since}"}
        return f"{self.base}/{path}{'&' if '?' in path else '?'}{urlencode(asked, safe=':')}"

    def _taken(self, name: str, heap: Sequence[Page], mark: Mark, onward: str | None) -> Mark:
        """Take pages in, and say what of them did not go in. The mark from which to go on."""
        found: list[Found] = []
        for page in heap:
            admitted, refused = self.intake.admit(page.found)
            found += admitted
            self.report.refuse(name, page.url, [*page.faults, *refused])
            self.report.faults(name, page.url, page.told)
            self._whole &= not (page.faults or refused or page.grave)
        around = self.gather.around(found)
        for type in dict.fromkeys(item.type for item in found):
            items = [item for item in found if item.type == type]
            self.report.line(type).add(len(items), self.intake.take(items, around))
            self._came |= {(type, item.id) for item in items if type in SHARED}
        return replace(mark, next=(onward or None) if self._whole and name not in SHARED else None)

    def _copies(self) -> None:
        """Copies that patients hold of what came follow it."""
        if self._came and not self.wish.patient:
            company.follow(self.database, self.intake.home(), self._came, self.now_ms)
        self._came = set()
