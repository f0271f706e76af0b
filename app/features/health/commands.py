"""What the patient can do with the record: have seen what is new."""

from __future__ import annotations

from app.context import App
from app.features.health.queries import SEEN, last_result


def see_results(app: App) -> None:
    """The results that are here now were shown; Today no longer calls them new."""
    last = last_result(app.store)
    if last > int(app.store.state(SEEN, 0)):
        app.store.keep(**{SEEN: last})
