"""What the patient can do with moods: log one, say more about it, take it back."""

from __future__ import annotations

from app.context import App
from app.core.errors import RuleBroken
from app.store import states
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
    take_back(app, mood)
    return fresh


def take_back(app: App, mood: MoodEntry) -> None:
    """Undo a mood: one that still waits never leaves; one the clinic has is deleted there too."""
    sql = "SELECT mid FROM outbox WHERE scope = ? AND id = ? AND reason IS NULL ORDER BY n LIMIT 1"
    if rows := app.store.rows(sql, app.scope, mood.id):
        states.undo(app.store, rows[0]["mid"], app.engine.travelling if app.engine else ())
    else:
        app.store.delete(mood)


def _fitting(note: str) -> str:
    if len(note.strip()) > LONGEST_NOTE:
        raise RuleBroken("mood.note_too_long")
    return note.strip()
