"""Whose card it is, as the card says, and whether that can be the person of a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sync.cards.card import Card
from sync.fhir.record import born
from sync.fhir.shape import human


@dataclass(frozen=True)
class Holder:
    """The name, "" where the card gives none, and the birth date where it gives a whole one."""

    name: str
    born_on: date | None


def holder(card: Card) -> Holder:
    """Whose card it is."""
    people = [one for one in card.resources if one["resourceType"] == "Patient"]
    return Holder(human(people[0].get("name")), born(people[0])) if people else Holder("", None)


def is_somebody_elses(whose: Holder, born_on: date | None) -> bool:
    """True when card and record give two birth dates: names are written in many ways, dates are not."""
    return None not in (whose.born_on, born_on) and whose.born_on != born_on
