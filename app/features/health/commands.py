"""What the patient can do with the record: have seen what is new."""

from __future__ import annotations

from app.context import App
from app.features.health.queries import NOTHING, SEEN, last_result, last_seen


def see_results(app: App) -> None:
    """This person's results that are here now were shown; Today no longer calls them new."""
    last = last_result(app.store)
    if last not in (NOTHING, last_seen(app.store)):
        kept = app.store.state(SEEN)
        others = kept if isinstance(kept, dict) else {}
        app.store.keep(**{SEEN: {**others, app.scope: last}})
