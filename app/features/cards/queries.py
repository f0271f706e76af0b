"""What the screens of health cards read: the cards, whose keys are here, and what checking them comes to."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from app.specialty import ASSETS
from app.store import Store
from sync.cards.card import Card, open_card
from sync.cards.issuers import read_issuers
from sync.cards.refused import Refused
from sync.cards.verdict import Verdict, verify
from sync.models import HealthCard, IssuerKeys

BUNDLED = ASSETS / "issuers"
OF_CARD = "body ->> 'iss' = ? OR EXISTS (SELECT 1 FROM json_each(body, '$.keys') WHERE value ->> 'kid' = ?)"
Opened = Card | Refused
Checked = tuple[HealthCard, Opened, Verdict | None]


def list_cards(store: Store) -> list[HealthCard]:
    """The cards of the person in view, those last added first."""
    return store.find(HealthCard, order="body ->> 'added_at' DESC, n DESC")


def list_checked(store: Store, now: datetime) -> list[Checked]:
    """The same, each opened and checked at this moment."""
    return [(card, *check(store, card.jws, now)) for card in list_cards(store)]


def same_card(store: Store, jws: str) -> HealthCard | None:
    """The card with this very text, if it is here already."""
    found = store.find(HealthCard, "body ->> 'jws' = ?", jws, limit=1)
    return found[0] if found else None


def check(store: Store, jws: str, now: datetime) -> tuple[Opened, Verdict | None]:
    """An opened card and what checking it comes to at this moment; no verdict where it is no card."""
    card = open_card(jws)
    if isinstance(card, Refused):
        return card, None
    return card, verify(card, issuers_for(store, card), now)


def issuers_for(store: Store, card: Card, folder: Path = BUNDLED) -> list[IssuerKeys]:
    """Whoever has the address or the key on this card: in the clinic's list, and after it in what the app came with.

    What the clinic says of an issuer stands instead of what came with the app.
    """
    said = store.find(IssuerKeys, OF_CARD, card.iss, card.kid, scope="content")
    known = {one.iss for one in store.find(IssuerKeys, scope="content")} if bundled(folder) else set()
    return [*said, *(one for one in bundled(folder) if one.iss not in known)]


@cache
def bundled(folder: Path) -> tuple[IssuerKeys, ...]:
    """The issuers in the files that this build of the app carries; none, unless whoever built it put some there."""
    files = sorted(folder.glob("*.json"))
    return tuple(one for file in files for one in read_issuers(file.read_bytes()).issuers)


def title_of(store: Store, code: str) -> str:
    """What the clinic's own record calls this code, if it is in there: a card has the code alone."""
    if not code:
        return ""
    sql = """SELECT body ->> 'title' AS title FROM docs WHERE kind = 'record' AND scope = ? AND deleted = 0
        AND body ->> 'code' = ? AND body ->> 'title' <> body ->> 'type' LIMIT 1"""
    rows = store.rows(sql, store.scope, code)
    return str(rows[0]["title"]) if rows else ""
