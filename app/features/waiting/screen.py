"""The outbox: each thing with its state word, what can be done, and what the clinic has."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.features.waiting.commands import let_go, send_again, send_now, undo
from app.features.waiting.keeping import KeepPart
from app.features.waiting.naming import icon_of, name_of
from app.features.waiting.queries import Item, sent_items, waiting_items
from app.features.waiting.rules import may_send_again, reason_key
from app.ui.hooks import boundary, use_action, use_app, use_heard, use_query, use_words
from app.ui.seat import this_words
from app.ui.widgets import (
    Empty,
    Frame,
    LinkButton,
    ListRow,
    Page,
    QuietButton,
    Rows,
    Section,
    StateChip,
    ask,
    body,
    glyph,
    say_state,
    small,
)

WINDOW = 50


@ft.component
@boundary
def WaitingScreen() -> ft.Control:
    """What waits, what needs the patient, what was sent."""
    app, t = use_app(), use_words()
    items = use_query(lambda: waiting_items(app.store), "outbox")
    sent = use_query(lambda: sent_items(app.store), "outbox", "receipt")
    needy = [item for item in items if item.word == "needs-you"]
    waits = [item for item in items if item.word != "needs-you"]
    parts: list[ft.Control] = []
    if needy:
        parts.append(Section(say_state("needs-you"), Some(needy, Needy), KeepPart(needy)))
    if waits:
        parts.append(Section(t("waiting.waits"), SendLine(), Some(waits, Waiting)))
    if not items:
        parts.append(Empty(ft.Icons.OUTBOX_OUTLINED, t("waiting.empty")))
    if sent:
        parts.append(Section(t("waiting.sent"), Rows([SentRow(item) for item in sent])))
    return Page(t("waiting.title"), *parts)


@ft.component
@boundary
def Some(items: list[Item], draw: Callable[..., ft.Control]) -> ft.Control:
    """The first things of a list, and more on request: a thousand may wait."""
    t = use_words()
    shown, show = ft.use_state(WINDOW)
    parts = [draw(item, key=item.mid) for item in items[:shown]]
    if len(items) > shown:
        parts.append(LinkButton(t("actions.show_more"), lambda: show(shown + WINDOW), ft.Icons.EXPAND_MORE))
    return ft.Column(parts, spacing=12, tight=True)


@ft.component
@boundary
def SendLine() -> ft.Control:
    """When what waits will go, and a way to try now."""
    app, t = use_app(), use_words()
    use_heard(app.link.listen)
    if app.settings.offline:
        return body(t("waiting.offline_on_purpose"))
    button = QuietButton(t("waiting.send_now"), lambda: send_now(app), ft.Icons.SEND_OUTLINED)
    said = body(t("waiting.goes_by_itself"))
    return ft.Column([said, ft.Row([button], wrap=True)], spacing=12, tight=True)


@ft.component
@boundary
def Waiting(item: Item) -> ft.Control:
    """Something that waits; it can be taken back."""
    app, t = use_app(), use_words()
    back = use_action(lambda: undo(app, item.mid))
    button = named(LinkButton(t("actions.undo"), back.run, ft.Icons.UNDO), item)
    return Frame(ft.Column([*told(item, button), *([back.notice] if back.notice else [])], spacing=8), 16)


@ft.component
@boundary
def Needy(item: Item) -> ft.Control:
    """Something the clinic's computer did not take: why, and what can be done."""
    app, t = use_app(), use_words()
    key = reason_key(item.reason)
    sure = (t("waiting.let_go_title"), t("waiting.let_go_text"), t("waiting.let_go"), t("waiting.keep"))
    button = QuietButton(t("waiting.let_go"), lambda: ask(*sure, lambda: let_go(app, item.mid)))
    why = body(t(f"waiting.reason.{key}"))
    advice = small(t("waiting.advice"))
    again = use_action(lambda: send_again(app, item.mid))
    ways = [named(button, item)]
    if may_send_again(item.reason) and app.is_enrolled:
        ways.insert(0, named(QuietButton(t("waiting.send_again"), again.run, ft.Icons.SEND_OUTLINED), item))
    notices = [again.notice] if again.notice else []
    row = ft.Row(list(ways), wrap=True, spacing=12, run_spacing=8)
    return Frame(ft.Column([*told(item), why, advice, row, *notices], spacing=8), 16)


def named(button: ft.Control, item: Item) -> ft.Control:
    """A button that also tells a screen reader which of many things it is for."""
    label = f"{name_of(item)}, {this_words().time(item.at)}"
    return ft.MergeSemantics(ft.Semantics(content=button, label=label))


def told(item: Item, *actions: ft.Control) -> list[ft.Control]:
    """What it is, when it was said, its state word, and what can be done beside it."""
    t = use_words()
    when = t("waiting.when", day=t.day(item.at), time=t.time(item.at))
    title = ft.Row(
        [glyph(icon_of(item)), ft.Container(body(name_of(item), strong=True), expand=True)], spacing=12
    )
    note = (item.body or {}).get("note")
    state = ft.Row([StateChip(item.word), *actions], wrap=True, spacing=16, run_spacing=4)
    file = small(t(f"waiting.file.{item.file}")) if item.file else None
    return [part for part in (title, body(str(note)) if note else None, small(when), state, file) if part]


def SentRow(item: Item) -> ft.Control:
    """Something the clinic's computer has, with the clinic's word on it."""
    t = use_words()
    when = t("waiting.sent_at", day=t.day(item.at), time=t.time(item.at))
    about = "\n".join(part for part in (when, item.reason) if part)
    return ListRow(icon_of(item), name_of(item), about, StateChip(item.word))
