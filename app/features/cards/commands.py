"""What the patient can do with health cards: bring some in, take one out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from app.context import App
from app.features.cards.queries import check, same_card
from app.places import drop_arrival
from sync.cards.refused import Refused
from sync.cards.texts import MAX_BYTES, cards_in
from sync.cards.verdict import Outcome
from sync.models import HealthCard, new_id

Why = Refused | Outcome


@dataclass(frozen=True)
class Brought:
    """What became of what was brought: ids of cards that are new, of those that were here, and why others are not."""

    new: list[str] = field(default_factory=list)
    here: list[str] = field(default_factory=list)
    refused: list[Why] = field(default_factory=list)


async def bring_file(app: App, path: Path) -> Brought:
    """Take in the cards of a file. Raises OSError where it cannot be read."""
    try:
        return bring(app, await asyncio.to_thread(_read, path))
    finally:
        drop_arrival(path)


def _read(path: Path) -> bytes:
    """No more of it than one byte beyond what is looked at."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def bring(app: App, brought: bytes | str) -> Brought:
    """Take in every card whose text is one and whose signature is not wrong; one that is here already stays as it is.

    A card that cannot be checked is kept, and told as not checked for as long as that is so.
    """
    done = Brought()
    with app.store.together():
        for found in cards_in(brought):
            _take_in(app, found, done)
    return done


def _take_in(app: App, found: str | Refused, done: Brought) -> None:
    if isinstance(found, Refused):
        done.refused.append(found)
        return
    card, verdict = check(app.store, found, app.now())
    if isinstance(card, Refused):
        done.refused.append(card)
    elif verdict and verdict.outcome is Outcome.WRONG_SIGNATURE:
        done.refused.append(verdict.outcome)
    elif (here := same_card(app.store, found)) is not None:
        done.here.append(here.id)
    else:
        now = app.now()
        new = HealthCard(id=new_id(now), added_at=now, jws=found)
        app.store.put(new)
        done.new.append(new.id)


def take_out(app: App, card: HealthCard) -> None:
    """Delete a card here, and from the record at the clinic."""
    app.take_back(card)
