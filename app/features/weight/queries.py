"""What the weight screens read."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.features.weight.rules import UNITS
from app.store import Store, states
from sync.models import Weight

INDICES = {"weight_weighed": "docs (scope, body ->> 'weighed_at') WHERE kind = 'weight'"}
NEWEST = "body ->> 'weighed_at' DESC, n DESC"


def last_weights(store: Store, limit: int = 50) -> list[Weight]:
    """The newest weights, newest first."""
    return store.find(Weight, order=NEWEST, limit=limit)


def weights_since(store: Store, now: datetime, days: int) -> list[Weight]:
    """The weights of the last days, oldest first."""
    since = (now - timedelta(days=days)).isoformat()
    where = "datetime(body ->> 'weighed_at') >= datetime(?)"
    return store.find(Weight, where, since, order="body ->> 'weighed_at', n")


def chosen_unit(store: Store) -> str:
    """The unit this device shows and asks for: pounds until kilograms are chosen."""
    unit = store.state("weight_unit")
    return unit if unit in UNITS else UNITS[0]


def word_of(store: Store, weight: Weight) -> str:
    """How far a weight has come, as a state word."""
    return states.word_of(store, weight.id)
