"""The pages of one search: each read into resources and faults, and the way to the next one, which is never made up."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from sync.fhir.reading import Fault, Found, mended, resources
from sync.fhir.shape import dicts, first, text
from sync.server.pull.address import Bounds
from sync.server.pull.outcome import codes_of, is_grave
from sync.server.pull.peer import Answer, Peer
from sync.server.pull.stops import Endless, NoPage

EMPTY = 20
"""So many pages in a row with nothing on them lead nowhere."""
_moment: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class _Bundle(msgspec.Struct):
    resourceType: Any = None
    meta: Any = None
    link: Any = None
    entry: msgspec.Raw = msgspec.Raw(b"")
    total: Any = None
    issue: Any = None


@dataclass(frozen=True)
class Page:
    """One page: what is on it, what of it could not be read, and what the server says about its own search.

    `told` are OperationOutcomes; `grave` when one of them says that something is missing. `at_ms` is the server's time;
    `total` how many it counts on all pages, if it says.
    """

    url: str
    found: Sequence[Found]
    faults: Sequence[Fault]
    told: Sequence[Fault] = ()
    grave: bool = False
    next: str = ""
    total: int = 0
    at_ms: int | None = None
    mark: bytes = field(default=b"", repr=False)

    def size(self) -> int:
        """How many entries of the search are on it."""
        return len(self.found) + len(self.faults)


def fetch(peer: Peer, url: str) -> Page:
    """Ask for a page. One that came in pieces is asked for once more. Raises a Stop."""
    try:
        return read(peer.get(url))
    except NoPage:
        return read(peer.get(url))


def read(answer: Answer) -> Page:
    """A page of a search. Raises NoPage for anything else."""
    body = mended(answer.body)
    try:
        bundle = msgspec.json.decode(body, type=_Bundle)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        broken = not isinstance(error, msgspec.ValidationError)
        raise NoPage("it is cut or broken JSON" if broken else "it is no resource") from None
    if bundle.resourceType != "Bundle":
        said = codes_of({"resourceType": bundle.resourceType, "issue": bundle.issue})
        raise NoPage(f"an OperationOutcome ({said})" if said else "it is no Bundle")
    all = list(resources("page", body))
    told = [one for one in all if isinstance(one, Found) and one.type == "OperationOutcome"]
    return Page(
        answer.url,
        [one for one in all if isinstance(one, Found) and one.type != "OperationOutcome"],
        [one for one in all if isinstance(one, Fault)],
        [Fault(one.where, f"OperationOutcome, not imported ({codes_of(one.fields)})") for one in told],
        any(is_grave(one.fields) for one in told),
        _next(bundle.link),
        bundle.total if isinstance(bundle.total, int) else 0,
        _earliest(answer.at_ms, _time(first(bundle.meta).get("lastUpdated"))),
        hashlib.sha256(bytes(bundle.entry)).digest() if all else b"",
    )


def _next(links: Any) -> str:
    return next((text(one.get("url")) for one in dicts(links) if text(one.get("relation")) == "next"), "")


def _time(said: Any) -> int | None:
    try:
        return round(_moment.validate_python(text(said)).timestamp() * 1000)
    except (ValidationError, OverflowError):
        return None


def _earliest(*times: int | None) -> int | None:
    return min((one for one in times if one is not None), default=None)


class Trail:
    """Where a walk has been, so that it notices when it is led in a circle."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._seen: set[str] = set()
        self._marks: set[bytes] = set()
        self._empty = 0

    def onward(self, page: Page) -> str | None:
        """The address of the next page, or None at the end. Raises Elsewhere, Endless."""
        if not page.next:
            return None
        url = self.bounds.within(page.next, page.url)
        self._empty = 0 if page.mark else self._empty + 1
        known = url in self._seen or url == page.url or page.mark in self._marks
        if known or self._empty > EMPTY:
            raise Endless()
        self._seen |= {url, page.url}
        self._marks |= {page.mark} if page.mark else set()
        return url
