"""How a record looks as one row of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.features.health.rules import Hit, Line
from app.ui import telling
from app.ui.hooks import use_words
from app.ui.measured import say_name
from app.ui.routes import go
from app.ui.telling import plain_title
from app.ui.widgets import ListRow, body, marked
from sync.fhir.value import read_when

ICONS = {
    "result": ft.Icons.SCIENCE_OUTLINED,
    "reading": ft.Icons.MONITOR_HEART_OUTLINED,
    "medicine": ft.Icons.MEDICATION_OUTLINED,
    "condition": ft.Icons.ASSIGNMENT_OUTLINED,
    "allergy": ft.Icons.WARNING_AMBER_OUTLINED,
    "vaccine": ft.Icons.VACCINES_OUTLINED,
    "visit": ft.Icons.EVENT_OUTLINED,
    "procedure": ft.Icons.HEALING_OUTLINED,
    "note": ft.Icons.DESCRIPTION_OUTLINED,
    "plan": ft.Icons.CHECKLIST_OUTLINED,
    "survey": ft.Icons.QUIZ_OUTLINED,
    "form": ft.Icons.ARTICLE_OUTLINED,
    "bill": ft.Icons.RECEIPT_LONG_OUTLINED,
    "person": ft.Icons.PEOPLE_OUTLINED,
}
QUIET = ("final", "completed", "finished", "active", "unknown")
LONG = 11


def icon_of(section: str) -> ft.IconData:
    """The picture of a section."""
    return ICONS.get(section, ft.Icons.FOLDER_OUTLINED)


def say_when(when: str) -> str:
    """A FHIR date in words, as exact as it was given."""
    return telling.say_when(when, use_words())


def say_day(when: str) -> str:
    """The same for a list: without the year while it is this one."""
    moment, exact = read_when(when)
    return use_words().day(moment) if moment and exact in ("day", "time") else say_when(when)


def say_status(line: Line) -> str:
    """The status in words, where it says more than "here it is"."""
    if line.status in QUIET and line.category not in ("medicine", "condition"):
        return ""
    return word_for_status(line.status)


def word_for_status(status: str) -> str:
    """A FHIR status in the patient's words; as given where we have none."""
    t = use_words()
    key = f"health.status.{status}"
    return t(key) if status and t.has(key) else status


def say_kind(line: Line) -> str:
    """Which of the kinds that share a section this is: a claim or the insurer's answer, a plan or a goal."""
    t = use_words()
    key = f"health.type.{line.type}"
    return t(key) if t.has(key) else ""


def record_row(
    line: Line, pick: Callable[[Line], Any], *, selected: bool = False, dated: bool = True, searched: str = ""
) -> ft.Control:
    """One record: what it is, its value, when. The words that were searched for are marked."""
    t = use_words()
    value = t.quantity(line.value, line.unit) if line.value else ""
    short = len(f"{line.value} {line.unit}") <= LONG
    about = ["" if short else value, say_status(line), say_day(line.when) if dated else ""]
    lines = [line.dose, say_kind(line), " · ".join(part for part in about if part)]
    told = "\n".join(part for part in lines if part)
    trailing = body(value) if short and value else ""
    title = plain_title(line.title)
    shown = marked(title, searched) if searched else title
    return ListRow(icon_of(line.category), shown, told, trailing, lambda: pick(line), selected=selected)


WAYS = {
    "lesson": (ft.Icons.MENU_BOOK_OUTLINED, "learn/{id}"),
    "mood": (ft.Icons.MOOD_OUTLINED, "mood/note/{id}"),
    "reading": (ft.Icons.STRAIGHTEN_OUTLINED, "readings/{about}/{id}"),
}


def hit_row(hit: Hit, searched: str) -> ft.Control:
    """Something a search found: a record as everywhere, anything else by its words and what it is."""
    if hit.line:
        return record_row(hit.line, lambda line: go(f"health/record/{line.id}"), searched=searched)
    t = use_words()
    icon, way = WAYS[hit.kind]
    kind, when = t(f"health.found_kind.{hit.kind}"), say_day(hit.when) if hit.when else ""
    said = " · ".join(part for part in (kind, when) if part)
    about = say_name(hit.about, t) if hit.kind == "reading" else hit.about
    lines = "\n".join(part for part in (about, said) if part)
    title = marked(hit.title or kind, searched)
    return ListRow(icon, title, lines, on_click=lambda: go(way.format(id=hit.id, about=hit.about)))
