"""What a card holds, and how its outcome and its refusals are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.cards.card import Card
from sync.cards.refused import Refused
from sync.cards.verdict import Outcome
from sync.fhir.view import view

CVX = "http://hl7.org/fhir/sid/cvx"
BESIDE = ("Patient", "Specimen", "Organization", "Practitioner", "PractitionerRole", "Location", "Encounter")
"""Resources that only say more of others: they are told under everything on the card."""
VACCINES = {
    "covid": "207 208 210 211 212 213 218 219 225 227 228 229 300 301",
    "flu": "140 141 197",
    "hepatitis_a": "52 83",
    "hepatitis_b": "08 43",
    "hpv": "62",
    "measles": "03",
    "chickenpox": "21",
    "shingles": "121 187",
    "tetanus": "113 115",
    "polio": "10",
    "pneumonia": "33 133",
}
"""Against what a vaccine is, by its code (CDC's CVX): cards carry codes alone. What is not here is told by its code."""
GROUPS = {code: group for group, codes in VACCINES.items() for code in codes.split()}
HARD = {Outcome.WRONG_SIGNATURE, Outcome.OTHER_ISSUER, Outcome.REVOKED}


@dataclass(frozen=True)
class Entry:
    """One thing on a card. `title` is "" where the card has a code alone; `code` is `system|code`."""

    type: str
    category: str
    title: str
    code: str
    when: str
    resource: dict[str, Any] = field(repr=False)

    @property
    def group(self) -> str:
        """Against what a vaccine is, where its code is known."""
        system, _, code = self.code.rpartition("|")
        return GROUPS.get(code.zfill(2), "") if system == CVX else ""


def entries(card: Card) -> list[Entry]:
    """What the card tells of, in its own order."""
    return [_entry(one) for one in card.resources if one["resourceType"] not in BESIDE]


def _entry(resource: dict[str, Any]) -> Entry:
    thin = view(resource)
    title = "" if thin.title == thin.type else thin.title
    return Entry(thin.type, str(thin.category), title, thin.code, thin.when, resource)


def kinds(found: Sequence[Entry]) -> list[tuple[str, int]]:
    """How many there are of each kind, most first."""
    return Counter(one.category for one in found).most_common()


def tone(outcome: Outcome) -> str:
    """How a notice of this outcome looks: done, attention, or urgent for what must not be relied on."""
    if outcome is Outcome.VERIFIED:
        return "done"
    return "urgent" if outcome in HARD else "attention"


def refusal(why: Refused | Outcome) -> str:
    """The key of the sentence for what was not taken in."""
    if isinstance(why, Outcome) or why.why == "signature_form":
        return "cards.refused.changed"
    told = ("link", "missing_parts", "too_long", "empty")
    return f"cards.refused.{why.why if why.why in told else 'other'}"
