"""One health card: whether it is verified, who signed it, whose it is, what is on it, and its code to be scanned."""

from __future__ import annotations

import flet as ft

from app.features.cards.commands import take_out
from app.features.cards.queries import check
from app.features.cards.rules import entries
from app.features.cards.telling import all_facts, entry_row, outcome_notice, say_holds, signer
from app.store.states import word_of
from app.ui.hooks import boundary, use_action, use_app, use_query, use_words
from app.ui.routes import go
from app.ui.widgets import (
    Empty,
    LinkButton,
    Notice,
    Page,
    PrimaryButton,
    Rows,
    Section,
    StateChip,
    ask,
    body,
    heading,
    small,
)
from sync.cards.card import Card
from sync.cards.holder import holder, is_somebody_elses
from sync.cards.verdict import Verdict
from sync.models import HealthCard, IssuerKeys

ICON = ft.Icons.QR_CODE_2_OUTLINED
ON_ITS_WAY = ("device", "waiting", "needs-you")
WINDOW = 20


@ft.component
@boundary
def CardScreen() -> ft.Control:
    """The card named in the path."""
    app, t = use_app(), use_words()
    id = ft.use_route_params().get("id", "")
    kinds = (HealthCard.kind, IssuerKeys.kind, "outbox", "receipt")
    kept = use_query(lambda: app.store.get(HealthCard, id), *kinds)
    if kept is None:
        return Page(t("cards.title"), Empty(ICON, t("cards.gone")), back="cards")
    card, verdict = check(app.store, kept.jws, app.now())
    if not isinstance(card, Card) or verdict is None:
        return Page(t("cards.single"), Notice("attention", t("cards.unread")), Remove(kept), back="cards")
    return Page(
        say_holds(card),
        outcome_notice(card, verdict),
        ft.Row([PrimaryButton(t("cards.show"), lambda: go(f"cards/{id}/code"), ICON)], wrap=True),
        WhoPart(card, verdict),
        WhosePart(card),
        Inside(card, key=f"inside {id}"),
        Everything(card, key=f"all {id}"),
        Remove(kept),
        back="cards",
        key=f"card {id}",
    )


def WhoPart(card: Card, verdict: Verdict) -> ft.Control:
    """Who signed it, or who it says did; since when it counts and until when."""
    t = use_words()
    signed = t("cards.signed" if verdict.is_verified else "cards.says", who=signer(card, verdict))
    lines = [body(signed, strong=True), small(t("cards.address", address=card.iss), selectable=True)]
    lines.append(body(t("cards.issued", day=t.date(card.issued_at))))
    if card.expires_at:
        lines.append(body(t("cards.until", day=t.date(card.expires_at))))
    return Section(t("cards.who"), ft.Column(lines, spacing=4, tight=True))


def WhosePart(card: Card) -> ft.Control:
    """Whose card it is, and a word when that is not the person of this record."""
    app, t = use_app(), use_words()
    whose = holder(card)
    lines: list[ft.Control] = [body(whose.name or t("cards.no_name"), strong=True)]
    lines += [small(t("me.born", date=t.birthday(whose.born_on)))] if whose.born_on else []
    if is_somebody_elses(whose, app.person.born_on if app.person else None):
        lines.append(Notice("attention", t("cards.somebody_else")))
    return Section(t("cards.whose"), ft.Column([*lines, small(t("cards.no_proof"))], spacing=4, tight=True))


@ft.component
@boundary
def Inside(card: Card) -> ft.Control:
    """Each thing on the card, with its date and its values."""
    app, t = use_app(), use_words()
    shown, show = ft.use_state(WINDOW)
    found = entries(card)
    if not found:
        return ft.Container(visible=False)
    parts: list[ft.Control] = [Rows([entry_row(entry, app.store) for entry in found[:shown]])]
    if len(found) > shown:
        more = LinkButton(t("actions.show_more"), lambda: show(shown + WINDOW), ft.Icons.EXPAND_MORE)
        parts.append(ft.Row([more]))
    return Section(t("cards.inside"), *parts)


@ft.component
@boundary
def Everything(card: Card) -> ft.Control:
    """Every word of the card in plain rows, behind a button."""
    t = use_words()
    shown, show = ft.use_state(0)
    icon = ft.Icons.EXPAND_LESS if shown else ft.Icons.EXPAND_MORE
    label, turn = t("cards.less" if shown else "cards.all"), 0 if shown else WINDOW
    parts: list[ft.Control] = [ft.Row([LinkButton(label, lambda: show(turn), icon)])]
    for name, facts in all_facts(card.resources[:shown]):
        lines = [small(f"{what}: {', '.join(said)}", selectable=True) for what, said in facts]
        parts.append(ft.Column([heading(name, 3), *lines], spacing=4, tight=True))
    if 0 < shown < len(card.resources):
        more = LinkButton(t("actions.show_more"), lambda: show(shown + WINDOW), ft.Icons.EXPAND_MORE)
        parts.append(ft.Row([more]))
    return ft.Column(parts, spacing=16, tight=True)


@ft.component
@boundary
def Remove(card: HealthCard) -> ft.Control:
    """How far it has come, and deleting it after a question."""
    app, t = use_app(), use_words()

    def gone() -> None:
        take_out(app, card)
        go("cards")

    remove = use_action(gone)
    sure = (t("cards.delete_title"), t("cards.delete_text"), t("cards.delete"), t("cards.keep"))
    press = LinkButton(t("cards.delete"), lambda: ask(*sure, remove.run), ft.Icons.DELETE_OUTLINE)
    word = word_of(app.store, card.id)
    parts: list[ft.Control] = [StateChip(word)] if word in ON_ITS_WAY else []
    row = ft.Row([*parts, press], wrap=True, spacing=16, run_spacing=4)
    return ft.Column([part for part in (remove.notice, row) if part], spacing=8, tight=True)
