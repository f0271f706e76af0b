"""What is taken along: every record as it came, and everything that was written here, also what waits to be sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from app.features.take.rules import Chapter, Item, lines_of, say_when
from app.store import Store
from sync.fhir.own import resource_of
from sync.models import KINDS, Category, Person, Policy

if TYPE_CHECKING:
    from app.ui.strings import Words

OURS = "scope = ? AND deleted = 0"
RECORDS = f"SELECT body -> '$.resource' AS resource FROM docs WHERE kind = 'record' AND {OURS} ORDER BY n"
OWN = f"SELECT id, kind, body FROM docs WHERE {OURS} AND kind NOT IN ({{holes}}) ORDER BY n"
COUNTS = (
    f"SELECT body ->> 'category' AS c, count(*) AS n FROM docs WHERE kind = 'record' AND {OURS} GROUP BY 1"
)
SECTION = f"""SELECT body ->> 'type' AS type, body ->> 'title' AS title, body ->> 'when' AS "when",
    body ->> 'status' AS status, coalesce(body ->> '$.resource.dosageInstruction[0].text',
        body ->> '$.resource.dosage[0].text', body ->> '$.resource.dosage.text', '') AS dose,
    body -> '$.resource' AS resource FROM docs
    WHERE kind = 'record' AND {OURS} AND body ->> 'category' = ? ORDER BY body ->> 'when' DESC, n"""
SERVERS = [kind for kind, noun in KINDS.items() if noun.policy is Policy.SERVER]
LAST = (Category.FORM, Category.BILL, Category.PERSON, Category.OTHER)
ORDER = [*(one for one in Category if one not in LAST), *LAST]


def resources(store: Store) -> Iterator[str]:
    """Every resource of the person in view as JSON text: the clinic's to the letter, then what was written here."""
    for (resource,) in store.db.execute(RECORDS, [store.scope]):
        yield resource
    people = store.find(Person)
    patient = people[0].fhir_id if people else store.scope.partition(":")[2]
    for id, kind, body in store.db.execute(OWN.format(holes=holes()), [store.scope, *SERVERS]):
        yield json.dumps(resource_of(id, kind, body, patient), ensure_ascii=False, separators=(",", ":"))


def count_resources(store: Store) -> int:
    """How many there are."""
    records = RECORDS.replace("body -> '$.resource' AS resource", "count(*) AS n")
    own = OWN.format(holes=holes()).replace("id, kind, body", "count(*) AS n")
    found = [store.rows(records, store.scope), store.rows(own, store.scope, *SERVERS)]
    return sum(int(rows[0]["n"]) for rows in found)


def holes() -> str:
    """A question mark for each kind that is the clinic's own."""
    return ", ".join("?" * len(SERVERS))


def chapters(store: Store, t: Words) -> list[Chapter]:
    """The parts of the book that hold something: what somebody wrote first, then the record by section."""
    found = {row["c"]: int(row["n"]) for row in store.rows(COUNTS, store.scope)}
    parts = [
        Chapter(one, t(f"health.section.{one}"), found[one], lambda one=one: section(store, one, t))
        for one in ORDER
        if one in found
    ]
    moods = Chapter("mood", t("take.moods"), _count(store, "mood"), lambda: moods_of(store, t))
    weights = Chapter("weight", t("take.weights"), _count(store, "weight"), lambda: weights_of(store, t))
    refills = Chapter("refill", t("take.refills"), _count(store, "refill"), lambda: refills_of(store, t))
    return [*(one for one in (moods, weights, refills) if one.count), *parts]


def _count(store: Store, kind: str) -> int:
    return int(
        store.rows(f"SELECT count(*) AS n FROM docs WHERE kind = ? AND {OURS}", kind, store.scope)[0]["n"]
    )


def section(store: Store, category: Category, t: Words) -> Iterator[Item]:
    """The records of one section, newest first."""
    for type, title, when, status, dose, said in store.db.execute(SECTION, [store.scope, category]):
        resource = json.loads(said, parse_float=Decimal)
        yield Item(title, say_when(when, t), tuple(lines_of(type, title, status, dose, resource, t)))


def moods_of(store: Store, t: Words) -> Iterator[Item]:
    """Every mood with its note, newest first."""
    sql = f"""SELECT body ->> 'felt_at', body ->> 'score', coalesce(body ->> 'note', '') FROM docs
        WHERE kind = 'mood' AND {OURS} ORDER BY body ->> 'felt_at' DESC"""
    for at, score, note in store.db.execute(sql, [store.scope]):
        yield Item(t(f"mood_faces.{score}"), say_when(at, t), (note,) if note else ())


def weights_of(store: Store, t: Words) -> Iterator[Item]:
    """Every weight, newest first."""
    sql = f"""SELECT body ->> 'weighed_at', body ->> 'grams' FROM docs
        WHERE kind = 'weight' AND {OURS} ORDER BY body ->> 'weighed_at' DESC"""
    for at, grams in store.db.execute(sql, [store.scope]):
        pounds, kilos = (
            t.quantity(round(Decimal(grams) / one, 1), unit)
            for unit, one in (("lb", Decimal("453.59237")), ("kg", Decimal(1000)))
        )
        yield Item(f"{pounds} ({kilos})", say_when(at, t))


def refills_of(store: Store, t: Words) -> Iterator[Item]:
    """Every request for a refill with its note, newest first."""
    sql = f"""SELECT body ->> 'title', body ->> 'asked_at', coalesce(body ->> 'note', '') FROM docs
        WHERE kind = 'refill' AND {OURS} ORDER BY body ->> 'asked_at' DESC"""
    for title, at, note in store.db.execute(sql, [store.scope]):
        yield Item(title, say_when(at, t), (note,) if note else ())
