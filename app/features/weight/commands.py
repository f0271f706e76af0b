"""What the patient can do with weights: log one, take it back, choose the unit."""

from __future__ import annotations

from app.context import App
from app.store import states
from sync.models import Weight, new_id


def log_weight(app: App, grams: int) -> Weight:
    """Log what the patient weighs now."""
    now = app.now()
    weight = Weight(id=new_id(now), weighed_at=now, grams=grams)
    app.store.put(weight)
    return weight


def take_back(app: App, weight: Weight) -> None:
    """Undo a weight: one that still waits never leaves; one the clinic has is deleted there too."""
    sql = "SELECT mid FROM outbox WHERE scope = ? AND id = ? AND reason IS NULL ORDER BY n LIMIT 1"
    if rows := app.store.rows(sql, app.scope, weight.id):
        states.undo(app.store, rows[0]["mid"], app.engine.travelling if app.engine else ())
    else:
        app.store.delete(weight)


def choose_unit(app: App, unit: str) -> None:
    """Show and ask for weights in this unit on this device, from now on."""
    app.store.keep(weight_unit=unit)
