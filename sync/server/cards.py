"""`evenkeel clinic issuers` and `card`: whose health cards are believed, and putting one into a patient's record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import click
import sqlalchemy as sa

from sync.cards.card import Card, open_card
from sync.cards.holder import holder, is_somebody_elses
from sync.cards.issuers import BadIssuers, Read, read_issuers
from sync.cards.refused import Refused
from sync.cards.texts import MAX_BYTES, cards_in
from sync.cards.verdict import Verdict, verify
from sync.models import HealthCard, IssuerKeys, RevokedCards, derive_id
from sync.server.clinic import Clinic
from sync.server.errors import BadCard, BadIssuerFile, UnknownIssuer
from sync.server.importing import CONTENT
from sync.server.options import db as _db
from sync.server.options import opened
from sync.server.tables import row


def issuers_of(clinic: Clinic) -> list[IssuerKeys]:
    """Everybody whose cards this clinic believes."""
    mine = row.c.scope == CONTENT, row.c.kind == IssuerKeys.kind, sa.not_(row.c.deleted)
    with clinic.database.unit(CONTENT) as unit:
        found = unit.connection.execute(sa.select(row.c.id, row.c.body).where(*mine)).all()
    return [IssuerKeys.read(id, body) for id, body in found]


def put_issuers(clinic: Clinic, files: Iterable[Read]) -> tuple[list[IssuerKeys], list[str]]:
    """Believe these issuers from now on, with their lists of revoked cards; all of it, or nothing.

    Returns who was written, and the keys whose list of revoked cards has no issuer here. What is named again takes the
    place of what was known of it; a list of revoked cards that a file does not give stays as it was.
    """
    reads = list(files)
    known = {one.iss: one for one in issuers_of(clinic)}
    named = {one.iss: _keeping(one, known.get(one.iss)) for read in reads for one in read.issuers}
    homeless = []
    for listed in (one for read in reads for one in read.revoked):
        owner = next((one for one in {**known, **named}.values() if _has(one, listed.kid)), None)
        if owner is None:
            homeless.append(listed.kid)
        else:
            named[owner.iss] = _with(owner, [listed])
    clinic.put(CONTENT, *named.values())
    return list(named.values()), homeless


def forget_issuers(clinic: Clinic, addresses: Iterable[str]) -> None:
    """Believe no key of these any more. Their entry stays, so that keys an app came with do not count either."""
    known = {one.iss: one for one in issuers_of(clinic)}
    gone = [known.get(address) for address in addresses]
    if not all(gone):
        raise UnknownIssuer(next(address for address in addresses if address not in known))
    clinic.put(CONTENT, *(one.model_copy(update={"keys": [], "revoked": []}) for one in gone if one))


def _has(issuer: IssuerKeys, kid: str) -> bool:
    return any(key.get("kid") == kid for key in issuer.keys)


def _keeping(fresh: IssuerKeys, before: IssuerKeys | None) -> IssuerKeys:
    given = {one.kid for one in fresh.revoked}
    kept = [one for one in before.revoked if one.kid not in given and _has(fresh, one.kid)] if before else []
    return _with(fresh, kept)


def _with(issuer: IssuerKeys, lists: list[RevokedCards]) -> IssuerKeys:
    new = {one.kid for one in lists}
    return issuer.model_copy(
        update={"revoked": [*(one for one in issuer.revoked if one.kid not in new), *lists]}
    )


def put_cards(clinic: Clinic, patient: str, path: Path) -> list[tuple[Card, bool]]:
    """Put the cards of a file into a patient's record; one that is there stays. Each with whether it is new.

    Every card must be verified, and not of somebody born on another day: otherwise BadCard, and nothing is put.
    Raises UnknownPatient.
    """
    scope, known, now = clinic.scope_of(patient), issuers_of(clinic), clinic.clock()
    cards = [_checked(path, found, known, clinic) for found in cards_in(_read(path))]
    if any(is_somebody_elses(holder(card), clinic.born_on(patient)) for card in cards):
        raise BadCard(path, "it names another date of birth than this patient's")
    docs = [HealthCard(id=_id(scope, card), added_at=now, jws=card.jws) for card in cards]
    held = [clinic.get(scope, doc.id) for doc in docs]
    new = [one is None or one.deleted for one in held]
    clinic.put(scope, *(doc for doc, fresh in zip(docs, new, strict=True) if fresh))
    return list(zip(cards, new, strict=True))


def _id(scope: str, card: Card) -> str:
    return derive_id(HealthCard.kind, scope, hashlib.sha256(card.jws.encode()).hexdigest())


def _checked(path: Path, found: str | Refused, known: list[IssuerKeys], clinic: Clinic) -> Card:
    card = open_card(found) if isinstance(found, str) else found
    if isinstance(card, Refused):
        raise BadCard(path, f"it is no health card ({card.why})")
    verdict: Verdict = verify(card, known, clinic.clock())
    if not verdict.is_verified:
        raise BadCard(path, f"it is not verified ({verdict.outcome}, {card.iss})")
    return card


def _read(path: Path, most: int = MAX_BYTES) -> bytes:
    """The bytes of a file, no more than one beyond the most that is looked at."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise BadCard(path, f"it cannot be read: {error.strerror}") from None


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--iss", default="", metavar="URL", help="Whose keys a bare JWKS holds: their https address.")
@click.option("--name", default="", help="What patients read as the name of that issuer.")
@click.option("--forget", multiple=True, metavar="URL", help="Believe no key of this issuer any more.")
@_db
def issuers(files: tuple[Path, ...], iss: str, name: str, forget: tuple[str, ...], db: str) -> None:
    """Believe the health cards of these issuers: lists of issuers, a JWKS, or lists of revoked cards.

    Doing it again changes nothing. Devices hear of it with their next sync, and check cards with it offline.
    """
    if not files and not forget:
        raise click.UsageError("Name a file, or an issuer to forget.")
    with opened(db) as clinic:
        forget_issuers(clinic, forget)
        reads = [_read_issuers(path, iss, name) for path in files]
        written, homeless = put_issuers(clinic, reads)
    for left in [one for read in reads for one in read.left_out]:
        click.echo(f"Left out: {left}", err=True)
    for kid in homeless:
        click.echo(f"Left out: a list of revoked cards for key {kid}, which no issuer here has", err=True)
    for gone in forget:
        click.echo(f"{gone}: no key is believed any more.")
    click.echo(f"{len(written)} issuers with {sum(len(one.keys) for one in written)} keys are believed.")


def _read_issuers(path: Path, iss: str, name: str) -> Read:
    try:
        return read_issuers(path.read_bytes(), iss, name)
    except OSError as error:
        raise BadIssuerFile(path, f"it cannot be read: {error.strerror}") from None
    except BadIssuers as error:
        raise BadIssuerFile(path, error) from None


@click.command()
@click.argument("patient", metavar="PATIENT")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@_db
def card(patient: str, file: Path, db: str) -> None:
    """Put the health cards of a file into a patient's record, once their signatures are verified."""
    with opened(db) as clinic:
        done = put_cards(clinic, patient, file)
    for one, new in done:
        click.echo(f"{'Put' if new else 'There already'}: {len(one.resources)} entries, signed by {one.iss}")
