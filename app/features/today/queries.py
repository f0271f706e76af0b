"""What Today reads: the next visit, and how far the record has come in."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.features.today.rules import is_ahead
from app.store import Store
from app.store.newer import VERSIONED
from sync.models import Visit, VisitStatus

INDICES = {
    "visit_starts": "docs (scope, body ->> 'starts_at') WHERE kind = 'visit'",
    "docs_versioned": VERSIONED,
}
LONGEST = timedelta(days=1)


def next_visit(store: Store, now: datetime) -> Visit | None:
    """The next booked visit, or the one going on now."""
    where = "body ->> 'status' IN (?, ?) AND datetime(body ->> 'starts_at') > datetime(?)"
    found = store.find(
        Visit,
        where,
        VisitStatus.BOOKED,
        VisitStatus.ARRIVED,
        (now - LONGEST).isoformat(),
        order="datetime(body ->> 'starts_at')",
        limit=10,
    )
    return next((visit for visit in found if is_ahead(visit.starts_at, visit.minutes, now)), None)


def still_loading(store: Store) -> int | None:
    """While the record comes in for the first time: how many documents are here so far. None once all are."""
    found = store.catching_up()
    return found[0] if found else None
