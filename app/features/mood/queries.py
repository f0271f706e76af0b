"""What the mood screens read."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.store import Store, states
from sync.models import MoodEntry

INDICES = {"mood_felt": "docs (scope, body ->> 'felt_at') WHERE kind = 'mood'"}
NEWEST = "body ->> 'felt_at' DESC, n DESC"


def last_entries(store: Store, limit: int = 50) -> list[MoodEntry]:
    """The newest moods."""
    return store.find(MoodEntry, order=NEWEST, limit=limit)


def entries_since(store: Store, now: datetime, days: int) -> list[MoodEntry]:
    """The moods of the last days, oldest first."""
    since = (now - timedelta(days=days)).isoformat()
    where = "datetime(body ->> 'felt_at') >= datetime(?)"
    return store.find(MoodEntry, where, since, order="body ->> 'felt_at', n")


def word_of(store: Store, mood: MoodEntry) -> str:
    """How far a mood has come, as a state word."""
    return states.word_of(store, mood.id)
