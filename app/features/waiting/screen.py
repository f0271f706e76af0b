"""The outbox: each thing with its state word, what can be done, and what the clinic has."""

from __future__ import annotations

import flet as ft

from app.features.waiting.commands import let_go, send_now, undo
from app.features.waiting.queries import Item, sent_items, waiting_items
from app.features.waiting.rules import reason_key
from app.ui.hooks import boundary, use_action, use_app, use_heard, use_query, use_words
from app.ui.routes import in_order
from app.ui.seat import this_seat, this_words
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
from app.ui.widgets.choice import FACES

MOODS = dict(FACES)


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
        parts.append(Section(say_state("needs-you"), *(Needy(item, key=item.mid) for item in needy)))
    if waits:
        parts.append(
            Section(t("waiting.waits"), SendLine(), *(Waiting(item, key=item.mid) for item in waits))
        )
    if not items:
        parts.append(Empty(ft.Icons.OUTBOX_OUTLINED, t("waiting.empty")))
    if sent:
        parts.append(Section(t("waiting.sent"), Rows([SentRow(item) for item in sent])))
    return Page(t("waiting.title"), *parts)


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
    return Frame(
        ft.Column([*told(item), why, advice, ft.Row([named(button, item)], wrap=True)], spacing=8), 16
    )


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
    return [part for part in (title, body(str(note)) if note else None, small(when), state) if part]


def SentRow(item: Item) -> ft.Control:
    """Something the clinic's computer has, with the clinic's word on it."""
    t = use_words()
    when = t("waiting.sent_at", day=t.day(item.at), time=t.time(item.at))
    about = "\n".join(part for part in (when, item.reason) if part)
    return ListRow(icon_of(item), name_of(item), about, StateChip(item.word))


def name_of(item: Item) -> str:
    """What the patient calls it."""
    t = use_words()
    if item.kind == "mood" and item.op == "put":
        return t("waiting.kind.mood", face=t(f"mood_faces.{(item.body or {}).get('score', 3)}"))
    if item.op == "delete":
        return t("waiting.kind.delete")
    key = f"waiting.kind.{item.kind}"
    return t(key if t.has(key) else "waiting.kind.other")


def icon_of(item: Item) -> ft.IconData:
    """A picture of what it is."""
    if item.op == "delete":
        return ft.Icons.DELETE_OUTLINE
    found = in_order(this_seat().features, [item.kind])
    icon = found[0].icon if found else ft.Icons.DESCRIPTION_OUTLINED
    return MOODS.get((item.body or {}).get("score", 0), icon)
