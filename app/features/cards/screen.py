"""The list of health cards, and bringing one in: as a file, or as pasted text."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.features.cards.commands import Brought, Why, bring, bring_file
from app.features.cards.queries import Opened, list_checked
from app.features.cards.rules import refusal, tone
from app.features.cards.telling import MARKS, say_holds, signer
from app.ui.files import choose_file
from app.ui.hooks import boundary, use_action, use_app, use_query, use_typed, use_words
from app.ui.routes import go
from app.ui.widgets import (
    Empty,
    LinkButton,
    ListRow,
    Notice,
    Page,
    PrimaryButton,
    ProgressLine,
    QuietButton,
    Rows,
    Section,
    TextInput,
    body,
)
from sync.cards.card import Card
from sync.cards.refused import Refused
from sync.cards.verdict import Verdict
from sync.models import HealthCard, IssuerKeys

ICON = ft.Icons.QR_CODE_2_OUTLINED
Tell = Callable[[Brought], None]


@ft.component
@boundary
def CardsScreen() -> ft.Control:
    """The cards that are here, and the way to bring in another."""
    app, t = use_app(), use_words()
    done, tell = ft.use_state(None)
    kinds = (HealthCard.kind, IssuerKeys.kind, "state")
    found = use_query(lambda: list_checked(app.store, app.now()), *kinds, deps=[])

    def hear(brought: Brought) -> None:
        tell(brought)
        if len(found_ids := [*brought.new, *brought.here]) == 1 and not brought.refused:
            go(f"cards/{found_ids[0]}")

    what = body(t("cards.text"))
    rows = Rows([card_row(*one) for one in found]) if found else Empty(ICON, t("cards.empty"))
    add = Section(t("cards.add"), AddPart(hear, key="add"), *(told(done) if done else []))
    return Page(t("cards.title"), *([rows, add, what] if found else [what, rows, add]))


@ft.component
@boundary
def AddPart(hear: Tell) -> ft.Control:
    """A file, or the text of a card or of its codes."""
    app, t, page = use_app(), use_words(), ft.context.page
    pasting, paste = ft.use_state(False)
    state, tell = ft.use_state("")
    turn = ft.use_ref(0)

    async def wait(mine: int) -> None:
        try:
            chosen = await choose_file(t("cards.choose"))
            brought = await bring_file(app, chosen.path) if chosen else None
        except (OSError, TimeoutError):
            return tell("not_come")
        if turn.current == mine:
            tell("")
            if brought:
                hear(brought)

    def ask() -> None:
        turn.current += 1
        tell("coming")
        page.run_task(wait, turn.current)

    def leave() -> None:
        turn.current += 1
        tell("")

    if state == "coming":
        return ProgressLine(t("restore.coming"), None, leave)
    buttons: list[ft.Control] = [PrimaryButton(t("cards.choose"), ask, ft.Icons.FOLDER_OPEN_OUTLINED)]
    if not pasting:
        buttons.append(LinkButton(t("cards.paste"), lambda: paste(True), ft.Icons.CONTENT_PASTE_OUTLINED))
    parts: list[ft.Control] = [
        body(t("cards.add_text")),
        ft.Row(buttons, wrap=True, spacing=12, run_spacing=8),
    ]
    parts += [Notice("attention", t("restore.not_come"))] if state else []
    parts += [PastePart(hear, key="paste")] if pasting else []
    return ft.Column(parts, spacing=12, tight=True)


@ft.component
@boundary
def PastePart(hear: Tell) -> ft.Control:
    """The text of a card, pasted."""
    app, t = use_app(), use_words()
    typed = use_typed()

    def add() -> None:
        brought = bring(app, typed.text)
        if not brought.refused:
            typed.put()
        hear(brought)

    save = use_action(add)
    field = TextInput(t("cards.field"), typed, t("cards.field_hint"), multiline=True, autocorrect=False)
    button = ft.Row([QuietButton(t("cards.add_this"), save.run, ft.Icons.ADD)], wrap=True)
    return ft.Column([part for part in (field, save.notice, button) if part], spacing=12, tight=True)


def told(done: Brought) -> list[ft.Control]:
    """What became of what was brought, where it is not simply there now."""
    t = use_words()
    parts: list[ft.Control] = []
    if done.new and (done.refused or len(done.new) > 1):
        parts.append(Notice("done", t("cards.added", count=len(done.new))))
    if done.here and (done.refused or len(done.here) + len(done.new) > 1):
        parts.append(Notice("info", t("cards.here", count=len(done.here))))
    return [*parts, *(refused(why) for why in done.refused)]


def refused(why: Why) -> ft.Control:
    """Why something was not taken in; the broken rule stands in the details."""
    t = use_words()
    here, of = (why.here, why.of) if isinstance(why, Refused) else (0, 0)
    rule = why.why if isinstance(why, Refused) else str(why)
    sentence = t(refusal(why), here=here, count=of)
    folded = "" if rule in ("link", "missing_parts", "empty") else t("cards.rule", rule=rule)
    return Notice("attention", sentence, details=folded)


def card_row(card: HealthCard, opened: Opened, verdict: Verdict | None) -> ft.Control:
    """One card: what is on it, of whom, since when, and whether that could be checked."""
    t = use_words()
    way = f"cards/{card.id}"
    if not isinstance(opened, Card) or verdict is None:
        return ListRow(ft.Icons.HELP_OUTLINE, t("cards.unread"), on_click=lambda: go(way))
    state = t(f"cards.short.{verdict.outcome}")
    issued = t("cards.from", who=signer(opened, verdict), day=t.date(opened.issued_at))
    return ListRow(
        MARKS[tone(verdict.outcome)], say_holds(opened), f"{issued}\n{state}", on_click=lambda: go(way)
    )
