"""What the patient can do with moods: log one, say more about it."""

from __future__ import annotations

from app.context import App
from app.core.errors import RuleBroken
from sync.models import MoodEntry, new_id

LONGEST_NOTE = 2000


def log_mood(app: App, score: int, note: str = "") -> MoodEntry:
    """Log how the patient feels now, from 1 (very low) to 5 (very good)."""
    now = app.now()
    mood = MoodEntry(id=new_id(now), felt_at=now, score=score, note=_fitting(note))
    app.store.put(mood)
    return mood


def say_more(app: App, mood: MoodEntry, note: str) -> MoodEntry:
    """Put a note on a mood: moods are only added, so a new entry for the same moment takes the old one's place."""
    if note.strip() == mood.note:
        return mood
    fresh = MoodEntry(id=new_id(app.now()), felt_at=mood.felt_at, score=mood.score, note=_fitting(note))
    app.store.put(fresh)
    app.take_back(mood)
    return fresh


def _fitting(note: str) -> str:
    if len(note.strip()) > LONGEST_NOTE:
        raise RuleBroken("mood.note_too_long")
    return note.strip()
