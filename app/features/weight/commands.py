"""What the patient can do with weights: log one, choose the unit."""

from __future__ import annotations

from app.context import App
from sync.models import Weight, new_id


def log_weight(app: App, grams: int) -> Weight:
    """Log what the patient weighs now."""
    now = app.now()
    weight = Weight(id=new_id(now), weighed_at=now, grams=grams)
    app.store.put(weight)
    return weight


def choose_unit(app: App, unit: str) -> None:
    """Show and ask for weights in this unit on this device, from now on."""
    app.store.keep(weight_unit=unit)
