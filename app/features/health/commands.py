"""What the patient can do: log a dose, ask for more of it, ask, say when results appear, have seen what is new."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.context import App
from app.core.errors import RuleBroken
from app.features.health.queries import NOTHING, SEEN, last_result, last_seen
from app.features.health.rules import Entry
from sync.models import How, Question, Refill, ResultSort, ResultTiming, ShowResults, Taken, new_id
from sync.models.question import MOST_LETTERS as MOST_IN_QUESTION
from sync.models.timing import TIMING

MOST_LETTERS = 1000
SLACK = timedelta(minutes=1)


def ask_refill(app: App, entry: Entry, note: str) -> Refill:
    """Ask the clinic for more of a medicine. Raises RuleBroken for a note that is too long."""
    if len(note) > MOST_LETTERS:
        raise RuleBroken("refill.note_too_long")
    asked = Refill(**asking(app, entry, note), medicine=entry.line.id)
    app.store.put(asked)
    return asked


def ask_question(app: App, entry: Entry, words: str) -> Question:
    """Ask the clinic about something in the record. Raises RuleBroken for no words, or too many."""
    if not words.strip():
        raise RuleBroken("question.empty")
    if len(words) > MOST_IN_QUESTION:
        raise RuleBroken("question.too_long")
    asked = Question(**asking(app, entry, words), about=entry.line.id)
    app.store.put(asked)
    return asked


def asking(app: App, entry: Entry, words: str) -> dict[str, Any]:
    """What every request about a record says: when, of what, and in which words."""
    now = app.now()
    about = {"reference": reference_to(entry), "title": entry.line.title}
    return {"id": new_id(now), "asked_at": now, **about, "note": words.strip()}


def log_dose(app: App, entry: Entry, how: How, at: datetime | None = None) -> Taken:
    """Say that a dose was taken or skipped, now or earlier. Raises RuleBroken for a moment that has not come yet."""
    now = app.now()
    if at and at > now + SLACK:
        raise RuleBroken("taken.in_future")
    dose = Taken(
        id=new_id(now),
        medicine=entry.line.id,
        title=entry.line.title,
        reference=reference_to(entry),
        taken_at=at or now,
        how=how,
    )
    app.store.put(dose)
    return dose


def reference_to(entry: Entry) -> str:
    """How the clinic's own system calls this record."""
    return f"{entry.line.type}/{entry.resource.get('id', '')}"[:200]


def see_results(app: App) -> None:
    """This person's results that are here now were shown; Today no longer calls them new."""
    last = last_result(app.store)
    if last not in (NOTHING, last_seen(app.store)):
        kept = app.store.state(SEEN)
        others = kept if isinstance(kept, dict) else {}
        app.store.keep(**{SEEN: {**others, app.scope: last}})


def choose_timing(app: App, sort: ResultSort, days: int) -> ResultTiming:
    """New results of this sort appear after so many days at most; 0 is as soon as the clinic has them."""
    before = app.store.get(ResultTiming, TIMING) or ResultTiming(id=TIMING)
    chosen = before.model_copy(update={sort.value: days})
    app.store.put(chosen)
    return chosen


def show_held(app: App) -> ShowResults:
    """Ask the clinic to show at once what it holds."""
    now = app.now()
    asked = ShowResults(id=new_id(now), asked_at=now)
    app.store.put(asked)
    return asked
