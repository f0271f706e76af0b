"""`evenkeel clinic requests` and `answer`: what patients asked for, and what becomes of it.

A request is any document that only the clinic can decide (Policy.COMMAND). Its answer is the receipt beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa

from sync.models import KINDS, Policy, Receipt, Word
from sync.server.answers.chart import receipt_id
from sync.server.clinic import Clinic
from sync.server.errors import UnknownRequest
from sync.server.options import as_json as _json
from sync.server.options import db as _db
from sync.server.options import opened
from sync.server.tables import patient, row

ASKED = [kind for kind, noun in KINDS.items() if noun.policy is Policy.COMMAND]
WORDS = {"done": Word.DONE, "refused": Word.REFUSED, "needs-you": Word.NEEDS_YOU}


def open_requests(clinic: Clinic) -> list[dict[str, Any]]:
    """What patients asked for and nobody has answered, oldest first: id, patient, kind, title, note, since."""
    with clinic.database.directory() as connection:
        people = connection.execute(sa.select(patient)).all()
    found = [one for who in people for one in _open(clinic, who.scope, who.id)]
    return sorted(found, key=lambda one: one["since"])


def _open(clinic: Clinic, scope: str, who: str) -> Iterator[dict[str, Any]]:
    with clinic.database.unit(scope) as unit:
        mine = row.c.scope == scope, sa.not_(row.c.deleted)
        asked = sa.select(row.c.id, row.c.kind, row.c.body, row.c.received_ms).where(
            *mine, row.c.kind.in_(ASKED)
        )
        for id, kind, body, since in unit.connection.execute(asked).all():
            said = unit.connection.scalar(sa.select(row.c.body).where(*mine, row.c.id == receipt_id(id)))
            if said is None or json.loads(said)["word"] == Word.HELD:
                fields = json.loads(body)
                words = {name: fields.get(name, "") for name in ("title", "note")}
                yield {"id": id, "patient": who, "kind": kind, **words, "since": since}


def settle(clinic: Clinic, id: str, word: Word, reason: str, now: datetime) -> None:
    """Say what became of a request. Raises UnknownRequest."""
    with clinic.database.directory() as connection:
        scopes = connection.execute(sa.select(patient.c.scope)).scalars().all()
    for scope in scopes:
        held = clinic.get(scope, id)
        if held and held.kind in ASKED and not held.deleted:
            clinic.put(
                scope, Receipt(id=receipt_id(id), of=id, word=word, at=now, by="clinic", reason=reason)
            )
            return
    raise UnknownRequest(id)


@click.command("requests")
@_db
@_json
def requests(db: str, as_json: bool) -> None:
    """What patients asked for and nobody has answered, oldest first."""
    with opened(db) as clinic:
        found = open_requests(clinic)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        asked = datetime.fromtimestamp(one["since"] / 1000, UTC)
        note = f" – {one['note']}" if one["note"] else ""
        click.echo(
            f"{one['id']}  {asked:%Y-%m-%d %H:%M}  {one['patient']}  {one['kind']}: {one['title']}{note}"
        )


@click.command("answer")
@click.argument("id")
@click.argument("word", type=click.Choice(tuple(WORDS)))
@click.option("--reason", default="", help="What the patient reads beside it.")
@_db
def answer(id: str, word: str, reason: str, db: str) -> None:
    """Say what became of a request: done, refused, or that the patient must do something."""
    with opened(db) as clinic:
        settle(clinic, id, WORDS[word], reason, clinic.clock())
    click.echo(f"The patient reads this with their next sync: {word}.")
