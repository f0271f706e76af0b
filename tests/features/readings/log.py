"""Logging for tests: readings some days ago, weights as an earlier version logged them, and the clinic's server."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from app.context import App
from app.features.readings.commands import log_reading
from sync.models import Reading, Weight, new_id
from sync.protocol.wire import Reply, Verdict
from tests.features.conftest import NOW


def log(app: App, what: str, unit: str, back: int = 0, note: str = "", **values: str | float) -> Reading:
    """A reading some days ago."""
    at = NOW - timedelta(days=back)
    numbers = {name: Decimal(str(value)) for name, value in values.items()}
    return log_reading(app, what, numbers, unit, at, note)


def log_kilos(app: App, *weights: tuple[int, float]) -> None:
    """Weights, each some days ago, in kilograms."""
    for back, kilos in weights:
        log(app, "weight", "kg", back, value=kilos)


def old_weight(app: App, grams: int, back: int = 0) -> Weight:
    """A weight as the version before this one logged it."""
    at = NOW - timedelta(days=back)
    weight = Weight(id=new_id(at), weighed_at=at, grams=grams)
    app.store.put(weight)
    return weight


def sent(app: App) -> None:
    """The clinic takes everything that waits."""
    waiting = app.store.pending(50)
    verdicts = [Verdict(mid=m.mid, status="ok", id=m.id, rev="1", seq=n + 1) for n, m in enumerate(waiting)]
    app.store.settle(waiting, Reply(verdicts=verdicts))
