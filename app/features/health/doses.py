"""Doses of a medicine: "I took it" in one tap, what was logged, and a way back."""

from __future__ import annotations

import flet as ft

from app.features.health.commands import log_dose
from app.features.health.queries import last_doses
from app.features.health.rules import Entry
from app.store.states import word_of
from app.ui.hooks import boundary, use_action, use_app, use_query, use_words
from app.ui.widgets import (
    LinkButton,
    MomentField,
    Notice,
    PrimaryButton,
    QuietButton,
    Rows,
    Section,
    StateChip,
    ask,
    body,
    glyph,
    heading,
    small,
)
from sync.models import How, Taken

ICONS = {How.TAKEN: ft.Icons.CHECK_CIRCLE_OUTLINED, How.SKIPPED: ft.Icons.REMOVE_CIRCLE_OUTLINE}
SHOWN, MORE = 5, 20


@ft.component
@boundary
def DosePart(entry: Entry, current: bool) -> ft.Control:
    """Under a medicine: the button, and the last doses. Of one that is over only what was logged."""
    app, t = use_app(), use_words()
    shown, show = ft.use_state(SHOWN)
    found = use_query(
        lambda: last_doses(app.store, entry.line.id, shown + 1), "taken", "outbox", "receipt", deps=[shown]
    )
    if not current and not found:
        return ft.Container(visible=False)
    parts: list[ft.Control] = [LogPart(entry)] if current else []
    if found:
        parts += [heading(t("taken.last"), 3), Rows([DoseRow(dose) for dose in found[:shown]])]
    if len(found) > shown:
        more = LinkButton(t("actions.show_more"), lambda: show(shown + MORE), ft.Icons.EXPAND_MORE)
        parts.append(ft.Row([more]))
    return Section(t("taken.title"), *parts)


@ft.component
@boundary
def LogPart(entry: Entry) -> ft.Control:
    """Taken or skipped, now or earlier; once saved, what was saved and a way back."""
    app, t = use_app(), use_words()
    moment, set_moment = ft.use_state(None)
    just, set_just = ft.use_state("")
    dose = use_query(lambda: app.store.get(Taken, just) if just else None, Taken.kind)

    def log(how: How) -> None:
        set_just(log_dose(app, entry, how, moment).id)
        set_moment(None)

    take, skip = use_action(lambda: log(How.TAKEN)), use_action(lambda: log(How.SKIPPED))
    back = use_action(lambda: app.take_back(dose) if dose else None)
    parts: list[ft.Control | None] = [body(t("taken.text"))]
    if dose:
        said = t(f"taken.saved_{dose.how}", day=t.day(dose.taken_at), time=t.time(dose.taken_at))
        undo = LinkButton(t("actions.undo"), back.run, ft.Icons.UNDO)
        parts += [Notice("done", said, undo), back.notice]
    buttons = [
        PrimaryButton(t("taken.took"), take.run, ft.Icons.CHECK),
        QuietButton(t("taken.skipped"), skip.run),
    ]
    row = ft.Row(list(buttons), wrap=True, spacing=12, run_spacing=8)
    parts += [MomentField(moment, set_moment), take.notice, skip.notice, row]
    return ft.Column([part for part in parts if part is not None], spacing=12, tight=True)


def DoseRow(dose: Taken) -> ft.Control:
    """One dose: taken or skipped, when, how far it has come, and a way to take it out."""
    app, t = use_app(), use_words()
    how, when = (
        t(f"taken.how.{dose.how}"),
        t("taken.when", day=t.day(dose.taken_at), time=t.time(dose.taken_at)),
    )
    sure = (t("taken.delete_title"), t("taken.delete_text"), t("taken.delete"), t("taken.keep"))
    press = LinkButton(
        t("taken.delete"), lambda: ask(*sure, lambda: app.take_back(dose)), ft.Icons.DELETE_OUTLINE
    )
    named = ft.MergeSemantics(ft.Semantics(content=press, label=f"{how}, {when}"))
    state = ft.Row([StateChip(word_of(app.store, dose.id)), named], wrap=True, spacing=16, run_spacing=4)
    told = ft.Column([body(how, strong=True), small(when), state], spacing=4, expand=True, tight=True)
    face = [glyph(ICONS[dose.how]), told]
    row = ft.Row(list(face), spacing=16, vertical_alignment=ft.CrossAxisAlignment.START)
    return ft.Container(row, padding=16)
