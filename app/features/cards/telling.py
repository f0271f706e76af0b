"""A card in the patient's words: its outcome, what it holds in one line, and each thing on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import flet as ft

from app.features.cards.queries import title_of
from app.features.cards.rules import Entry, entries, kinds, tone
from app.store import Store
from app.ui import telling
from app.ui.hooks import use_words
from app.ui.widgets import Notice, body, small
from sync.cards.card import Card
from sync.cards.verdict import Outcome, Verdict
from sync.fhir.meaning import judge
from sync.fhir.value import Finding, read_findings, say_measure

MARKS = {
    "done": ft.Icons.VERIFIED_OUTLINED,
    "attention": ft.Icons.HELP_OUTLINE,
    "urgent": ft.Icons.GPP_BAD_OUTLINED,
}


def signer(card: Card, verdict: Verdict) -> str:
    """Who says they issued it: by name where the clinic's list has them, else by the address on the card."""
    return verdict.name or urlsplit(card.iss).hostname or card.iss


def outcome_notice(card: Card, verdict: Verdict) -> ft.Control:
    """What checking it came to, and what that means."""
    return Notice(tone(verdict.outcome), say_outcome(card, verdict))


def say_outcome(card: Card, verdict: Verdict) -> str:
    """The outcome in its plain sentences."""
    t = use_words()
    until = t.date(card.expires_at) if card.expires_at else ""
    days = {Outcome.EXPIRED: until, Outcome.NOT_YET: t.date(card.issued_at)}
    who, day = signer(card, verdict), days.get(verdict.outcome, "")
    return t(f"cards.outcome.{verdict.outcome}", who=who, day=day)


def say_holds(card: Card) -> str:
    """What is on it, in a few words: "2 vaccines, 1 result"."""
    t = use_words()
    told = [t(f"cards.holds.{kind}", count=many) for kind, many in _known(card)]
    return ", ".join(told) or t("cards.holds_nothing")


def _known(card: Card) -> list[tuple[str, int]]:
    """The kinds with a word of their own; all others are one kind together."""
    t, found = use_words(), kinds(entries(card))
    named = [(kind, many) for kind, many in found if t.has(f"cards.holds.{kind}")]
    rest = sum(many for _, many in found) - sum(many for _, many in named)
    return [*named, *([("other", rest)] if rest else [])]


def title(entry: Entry, store: Store) -> str:
    """What one thing on a card is called; with a code alone, by what the record calls it, or by the code."""
    t = use_words()
    if entry.title:
        return entry.title
    if entry.group:
        return t(f"cards.vaccine.{entry.group}")
    if known := title_of(store, entry.code):
        return known
    kind, code = t(f"health.one.{entry.category}"), entry.code.rpartition("|")[2]
    return t("cards.coded", kind=kind, code=code) if code else kind


def entry_row(entry: Entry, store: Store) -> ft.Control:
    """One thing on a card: what, when, its values and where they lie, and by whom."""
    t = use_words()
    when = telling.say_when(entry.when, t) if entry.when else t("health.no_date")
    lines: list[ft.Control] = [body(title(entry, store), strong=True), small(when)]
    found = read_findings(entry.resource, entry.title)
    lines += [part for one in found for part in finding(one, len(found) > 1)]
    return ft.MergeSemantics(ft.Container(ft.Column(lines, spacing=4, tight=True), padding=16))


def finding(one: Finding, several: bool) -> list[ft.Control]:
    """A value with its unit, and where it lies in the range that came with it."""
    t = use_words()
    value = t.quantity(say_measure(one.measure), one.measure.unit) if one.measure else ""
    said = value or (telling.say_value(one.told, t) if one.told else "")
    named = f"{one.title}: {said}" if several and said and one.title else said
    parts: list[ft.Control] = [body(named)] if named else []
    if one.spans and said:
        key, holes = judge(one.measure, one.spans, one.code)
        parts.append(small(t(f"health.place.{key}", **holes)))
    return parts


def all_facts(resources: Sequence[dict[str, Any]]) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Everything these say: of each its kind, and its elements with their words."""
    t = use_words()
    found = []
    for resource in resources:
        facts = telling.facts(resource, lambda link: str(link.get("display") or ""), t)
        kind = str(resource["resourceType"])
        known = f"health.type.{kind}" if kind != "Patient" else "cards.whose"
        found.append((t(known) if t.has(known) else telling.name_for(kind, t), facts))
    return found
