"""A pull without the command line, that does not really wait."""

from __future__ import annotations

from datetime import UTC, datetime

from sync.server.pull.address import Bounds
from sync.server.pull.marks import Marks
from sync.server.pull.peer import Manners, Peer, open_client
from sync.server.pull.smart import Tokens
from sync.server.pull.walk import Walk, Wish


def pull(
    clinic, hospital, type=(), patient="", again=False, count=100, allow=(), who=None, now=None, **manners
):
    """Pull, and the report of it. `manners["waits"]` collects how long it would have waited."""
    waits = manners.pop("waits", [])
    kind = Manners(sleep=waits.append, **manners)
    bounds = Bounds.around(hospital.url, allow)
    with open_client() as http:
        clock = {"now": now} if now else {}
        tokens = Tokens(who, Peer(bounds, http, manners=kind), **clock) if who else None
        peer = Peer(bounds, http, tokens, kind)
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        return Walk(clinic.database, peer, Wish(type, patient, count, again), now_ms).run()


def lines(report, type):
    """Pulled, new, changed, unchanged, refused."""
    return tuple(vars(report.line(type)).values())


def bundle(*entries, **more):
    return {"resourceType": "Bundle", "type": "searchset", "entry": list(entries), **more}


def led_to(url, *entries):
    return bundle(*entries, link=[{"relation": "next", "url": url}])


def reasons(report):
    return [one["reason"] for one in report.errors]


def marked(clinic, hospital, type="Observation"):
    """How far this type is known to be: None while nothing is."""
    return Marks(clinic.database, hospital.url).get(type)
