"""Any record as a page: what it is, when, what it says, and everything as the clinic gave it."""

from __future__ import annotations

import flet as ft

from app.features.health.about import ReadAbout
from app.features.health.attached import Attachments
from app.features.health.doses import DosePart
from app.features.health.facts import AsGiven
from app.features.health.queries import doses, open_record, purposes
from app.features.health.refill import ASKABLE, OVER, RefillPart
from app.features.health.result import result_parts
from app.features.health.rows import say_kind, say_when, word_for_status
from app.features.health.rules import Entry
from app.store import Store
from app.ui.dosing import say_doses
from app.ui.failures import Kind
from app.ui.hooks import boundary, use_app, use_look, use_query, use_words
from app.ui.routes import go
from app.ui.telling import plain_title
from app.ui.widgets import Empty, LinkButton, Notice, Page, Section, body, heading
from sync.fhir.meaning import VALUED

WRONG = "entered-in-error"
STANDING: dict[str, tuple[Kind, str]] = {
    WRONG: ("attention", "entered_in_error"),
    "amended": ("info", "corrected"),
    "corrected": ("info", "corrected"),
    "appended": ("info", "appended"),
    "preliminary": ("info", "not_final"),
    "partial": ("info", "not_final"),
    "registered": ("info", "not_measured"),
    "cancelled": ("info", "not_done"),
}


@ft.component
@boundary
def RecordScreen() -> ft.Control:
    """The record named in the path."""
    app, t = use_app(), use_words()
    id = ft.use_route_params().get("id", "")
    entry = use_query(lambda: open_record(app.store, id), "record", deps=[id])
    title = plain_title(entry.line.title) if entry else t("health.title")
    return Page(title, RecordDetail(id, False), back="back")


@ft.component
@boundary
def RecordDetail(id: str, headed: bool) -> ft.Control:
    """One record; `headed` where no page title says what it is."""
    app, t = use_app(), use_words()
    entry = use_query(lambda: open_record(app.store, id), "record", deps=[id])
    if entry is None:
        return Empty(ft.Icons.DESCRIPTION_OUTLINED, t("health.gone"))
    head = [heading(plain_title(entry.line.title), 2, role="title")] if headed else []
    parts = result_parts(entry) if entry.line.type in VALUED else told(entry, app.store)
    out = LinkButton(t("health.print"), lambda: go(f"take/{id}"), ft.Icons.PRINT_OUTLINED)
    given = AsGiven(entry, entry.line.type not in VALUED)
    files = Attachments(entry, key=f"files {id}")
    middle = [files, *parts] if entry.line.category == "note" else [*parts, files]
    foot = [ReadAbout(entry, key=id), given, ft.Row([out], wrap=True)]
    return ft.Column([*head, about(entry), *standing(entry), *middle, *foot], spacing=16, tight=True)


def about(entry: Entry) -> ft.Control:
    """What kind of record it is, and when."""
    t = use_words()
    parts = [say_kind(entry.line) or t(f"health.one.{entry.line.category}"), say_when(entry.line.when)]
    return body(" · ".join(part for part in parts if part), colour=use_look().palette.quiet)


def standing(entry: Entry) -> list[ft.Control]:
    """The clinic's own word that this is a mistake; of a result also that it was corrected, or may still change."""
    status = entry.line.status
    if status != WRONG and entry.line.type not in VALUED:
        return []
    found = STANDING.get(status)
    return [Notice(found[0], use_words()(f"health.{found[1]}"))] if found else []


def told(entry: Entry, store: Store) -> list[ft.Control]:
    """What people ask first of a record that is no result: how to take it, and where it stands."""
    t = use_words()
    status = entry.line.status
    parts = [body(t("health.stands", status=word_for_status(status)))] if status else []
    if entry.line.category == "medicine":
        return [*parts, *medicine(entry, store)]
    return [*parts, *([Section(t("health.dose"), body(entry.line.dose))] if entry.line.dose else [])]


def medicine(entry: Entry, store: Store) -> list[ft.Control]:
    """What it is for, how to take it as the clinic wrote it; doses, and more of it."""
    t, line = use_words(), entry.line
    reasons, written = purposes(store, entry), say_doses(doses(entry), t)
    parts = [Section(t("health.purpose"), *map(body, reasons))] if reasons else []
    parts.append(Section(t("health.dose"), *map(body, written)) if written else body(t("health.no_dose")))
    if line.type in ASKABLE:
        parts.append(DosePart(entry, line.status not in (*OVER, "completed"), key=f"doses-{line.id}"))
    if line.type in ASKABLE and line.status not in OVER:
        parts.append(RefillPart(entry, key=line.id))
    return parts
